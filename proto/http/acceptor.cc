// Connections that are left over are reported again, because the listeners are watched level-triggered, unlike the
// connections.
#include "proto/http/acceptor.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "proto/tls/certificates.h"
#include "proto/tls/session.h"

namespace footfall::http {
namespace {

// Accepted in a round: several times as many as are served. So when more come than can be served, they meet
// connections_max and are refused at once. In a full queue of the kernel their packets would be dropped, and they would
// try again after a second.
constexpr int kAcceptsMax = 1'024;
constexpr std::chrono::milliseconds kRetry{100};
constexpr int kTurnedAwayMax = 128;  // in a round; if more wait at once, the kernel is left to refuse them
constexpr std::int64_t kFullPauseMs = 100;
constexpr std::int64_t kFullPauseMsMax = 6'400;

}  // namespace

Result<void> Acceptor::open_port(Port& port, std::uint16_t number, int listen_fd) {
  if (auto opened = port.listener.open(options_, number, listen_fd); !opened) return opened;
  port.number = port.listener.port();
  return {};
}

Result<void> Acceptor::open() {
  if (auto opened = open_port(plain_, options_.port, options_.listen_fd); !opened) return opened;
  if (!options_.tls) return {};
  return open_port(tls_, options_.tls->port, options_.tls->listen_fd);
}

bool Acceptor::watch(int poll_fd) {
  poll_fd_ = poll_fd;
  return watch_port(plain_) && (!tls_.is_open() || watch_port(tls_));
}

// EPOLLEXCLUSIVE: several servers may watch one socket (listen_fd), and a connection wakes one of them.
bool Acceptor::watch_port(Port& port) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLEXCLUSIVE;
  event.data.ptr = &port;
  return ::epoll_ctl(poll_fd_, EPOLL_CTL_ADD, port.listener.fd(), &event) == 0;
}

void Acceptor::ignore_port(const Port& port) { ::epoll_ctl(poll_fd_, EPOLL_CTL_DEL, port.listener.fd(), nullptr); }

bool Acceptor::is_ready(const void* event_data) {
  for (Port* port : ports()) {
    if (event_data == port) return port->ready = true;
  }
  return false;
}

void Acceptor::accept_some() {
  manager_.update_now();
  turned_away_ = 0;
  for (Port* port : ports()) {
    for (int i = 0; port->ready && i < kAcceptsMax && accept_one(*port); ++i) {
    }
    port->ready = false;
  }
}

bool Acceptor::accept_one(Port& port) {
  int fd = -1;
  Address peer;
  switch (port.listener.accept(fd, peer)) {
    case Listener::Outcome::none:
      return false;
    case Listener::Outcome::failed:
      refuse_for_want_of_descriptors();
      return false;
    case Listener::Outcome::accepted:
      break;
  }
  const bool has_tls = &port == &tls_;
  if (has_tls && !manager_.admit_handshake(peer)) {  // before anybody is closed to make room for it
    ::close(fd);
    return true;
  }
  using Room = ConnectionManager::Room;
  const bool is_full = manager_.connections() >= options_.limits.connections_max;
  const Room room = is_full ? manager_.make_room(peer) : Room::made;
  if (room == Room::made) {
    open_connection(port, fd, peer);
    const bool is_full_now = manager_.connections() >= options_.limits.connections_max;
    if (is_full_now && !paused_ && !manager_.can_make_room()) stop_listening();
  } else {
    manager_.counters.connections_refused.add();
    ::close(fd);
    if (++turned_away_ == kTurnedAwayMax || room == Room::none_for_anybody) stop_listening();
  }
  return !port.paused;
}

void Acceptor::open_connection(const Port& port, int fd, const Address& peer) {
  std::unique_ptr<tls::Session> session;
  if (&port == &tls_) session = std::make_unique<tls::Session>(options_.tls->certificates->current());
  manager_.open(fd, peer, std::move(session));
}

void Acceptor::listen_again_if_there_is_room() {
  if (!paused_ || !has_room_again()) return;
  paused_ = false;
  for (Port* port : ports()) {
    if (!port->paused) continue;
    port->paused = !(port->listener.resume() && watch_port(*port));
    paused_ = paused_ || port->paused;
  }
  resumed_ms_ = manager_.now_ms;
}

// When listening stops, this thread pays for resetting the connections that wait. So a pause that follows soon after
// another one is longer.
void Acceptor::stop_listening() {
  if (manager_.draining) return;
  bool stopped = false;
  for (Port* port : ports()) {
    if (!port->is_open() || port->paused || !port->listener.pause()) continue;
    port->paused = paused_ = stopped = true;
    ignore_port(*port);
  }
  if (!stopped) return;
  const bool is_flooded = manager_.now_ms - resumed_ms_ < kFullPauseMs;
  pause_ms_ = is_flooded ? std::min(8 * std::max(pause_ms_, kFullPauseMs), kFullPauseMsMax) : kFullPauseMs;
  paused_ms_ = manager_.now_ms;
  manager_.counters.listening_paused.add();
}

// Where connections come and go fast, half of them must be free before the server listens again; otherwise it would
// start and stop for every few of them. Where they stay, a sixteenth is enough.
bool Acceptor::has_room_again() {
  const std::int64_t max = options_.limits.connections_max;
  const std::int64_t room = max - manager_.connections();
  if (2 * room >= max) return true;
  if (manager_.now_ms - paused_ms_ < pause_ms_) return false;
  if (room >= std::max<std::int64_t>(max / 16, 1)) return true;
  paused_ms_ = manager_.now_ms;  // so that not every wake-up looks through all connections
  return manager_.can_make_room();
}

void Acceptor::refuse_for_want_of_descriptors() {
  manager_.counters.accept_errors.add();
  for (Port* port : ports()) {
    if (!port->is_open() || port->paused) continue;
    manager_.counters.connections_refused.add(port->listener.refuse_waiting(kAcceptsMax));
    ignore_port(*port);
  }
  retry_timer_.expires_after(kRetry);
  retry_timer_.async_wait([this](const boost::system::error_code& ec) {
    if (ec) return;
    for (Port* port : ports()) {
      if (port->is_open() && !port->paused) watch_port(*port);
    }
  });
}

void Acceptor::close() {
  for (Port* port : ports()) {
    for (int i = 0; port->is_open() && !port->paused && i < kAcceptsMax && accept_one(*port); ++i) {
    }
    port->listener.close();
    port->paused = port->ready = false;  // an event of this round may be left
  }
  paused_ = false;
  retry_timer_.cancel();
}

}  // namespace footfall::http
