// Asio is the loop: timers, the client's sockets. Listener and connections hang in an epoll set of the server's own,
// edge-triggered, and Asio waits for that set as for any descriptor. So a wake-up serves many requests, and a request
// costs one recv and one send: Asio's async_read_some would add a recv that finds nothing, its async_wait an epoll_ctl.
#include "proto/http/server.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "proto/base/logging.h"
#include "proto/http/connection.h"
#include "proto/http/gathering.h"
#include "proto/http/hub.h"
#include "proto/http/listener.h"

namespace footfall::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;

constexpr int kEventsMax = 256;
constexpr int kRoundsMax = 16;  // before Asio has its turn
constexpr int kEventsWorthAnother = 4;
constexpr int kReleasesMax = 4;          // waited for before Asio has its turn
constexpr std::int64_t kWakeUpUs = 500;  // after which the handler may close its batch, though more is there
constexpr std::int64_t kReleaseWaitUs = 1'000;
// In a round; several times what it serves. So when more come than can be served, they become connections and
// connections_max is what they find, and are refused at once, instead of a full queue in the kernel, which lets their
// packets fall: they would try again after a second.
constexpr int kAcceptsMax = 4 * kEventsMax;
constexpr std::int64_t kAcceptPauseMs = 100;
constexpr std::int64_t kFullPauseMs = 100;
constexpr std::int64_t kDrainIdleMs = 1'000;  // a client that had no request open may start its last one

class Server final : public HttpServer {
 public:
  Server(const ServerOptions& options, Handler& handler, const Clock& clock, Metrics& metrics)
      : options_(options),
        hub_(options.limits, handler, clock, metrics, options.name),
        poll_(io_),
        tick_timer_(io_),
        accept_timer_(io_),
        drain_timer_(io_) {}
  ~Server() override { hub_.close_all(); }

  Result<void> listen();
  std::uint16_t port() const override { return port_; }
  void run() override;
  void release(std::uint64_t ticket, bool safe) override { hub_.mailbox->release(ticket, safe); }
  void post(std::function<void()> work) override { hub_.mailbox->post(std::move(work)); }
  void drain(std::int64_t deadline_ms) override {
    post([this, deadline_ms] { begin_drain(deadline_ms); });
  }
  void stop() override { io_.stop(); }
  void* io_context() override { return &io_; }

 private:
  bool watch(int fd, std::uint32_t events, void* who);
  // Several servers may watch one socket (listen_fd): a connection wakes one of them.
  bool watch_listener() { return watch(listener_.fd(), EPOLLIN | EPOLLEXCLUSIVE, &listener_); }
  void accept_some();
  bool accept_one();
  void pause_accepting();
  void pause_when_full();
  bool has_room_again() const;
  void wait_for_ready();
  void serve();
  bool serve_round(int& served);
  bool wait_for_mail(std::int64_t us);
  void gather();
  void tick();
  void look_around();
  void begin_drain(std::int64_t deadline_ms);

  const ServerOptions options_;
  asio::io_context io_{1};
  Hub hub_;
  Listener listener_;
  asio::posix::stream_descriptor poll_;
  asio::steady_timer tick_timer_;
  asio::steady_timer accept_timer_;
  asio::steady_timer drain_timer_;
  std::uint16_t port_ = 0;
  Gathering gathering_;
  bool ticking_ = false;
  bool waiting_ = false;   // for the epoll set
  bool going_on_ = false;  // serve() is posted, as there is more to do
  bool paused_ = false;    // not listening: connections_max is reached
  std::int64_t paused_ms_ = 0;
  std::array<epoll_event, kEventsMax> events_;
  std::array<Hub::Ready, kEventsMax> ready_;
};

bool Server::watch(int fd, std::uint32_t events, void* who) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = who;
  return ::epoll_ctl(poll_.native_handle(), EPOLL_CTL_ADD, fd, &event) == 0;
}

Result<void> Server::listen() {
  if (auto opened = listener_.open(options_); !opened) return opened;
  port_ = listener_.port();
  const int poll_fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (poll_fd < 0) return internal(std::string("epoll_create1: ") + std::strerror(errno));
  error_code ec;
  poll_.assign(poll_fd, ec);
  if (ec) return internal("epoll in Asio: " + ec.message());
  hub_.poll_fd = poll_fd;
  const bool watched = watch(hub_.mailbox->event_fd(), EPOLLIN | EPOLLET, hub_.mailbox.get()) && watch_listener();
  if (!watched) return internal(std::string("epoll_ctl: ") + std::strerror(errno));
  return {};
}

void Server::run() {
  hub_.mailbox->attend([this] {
    asio::post(io_, [this] {
      hub_.update_now();
      hub_.take_mail();
      look_around();
    });
  });
  serve();
  io_.run();
  hub_.close_all();
  hub_.mailbox->leave();
}

// What is left is signalled again: the listener is watched level-triggered.
void Server::accept_some() {
  hub_.update_now();
  for (int i = 0; i < kAcceptsMax && accept_one(); ++i) {
  }
}

bool Server::accept_one() {
  int fd = -1;
  Address peer;
  switch (listener_.accept(fd, peer)) {
    case Listener::Outcome::none:
      return false;
    case Listener::Outcome::failed:
      pause_accepting();
      return false;
    case Listener::Outcome::accepted:
      break;
  }
  if (hub_.connections() >= options_.limits.connections_max) {
    hub_.probe.connections_refused.add();
    ::close(fd);
  } else {
    hub_.open(fd, peer);
    pause_when_full();
  }
  return !paused_;
}

void Server::pause_when_full() {
  const std::int64_t max = options_.limits.connections_max;
  if (!paused_ && hub_.connections() >= max && !hub_.draining) {
    if (!listener_.pause()) return;
    paused_ = true;
    paused_ms_ = hub_.now_ms;
    hub_.probe.listening_paused.add();
    ::epoll_ctl(poll_.native_handle(), EPOLL_CTL_DEL, listener_.fd(), nullptr);
  } else if (paused_ && has_room_again()) {
    paused_ = !(listener_.resume() && watch_listener());
  }
}

// The kernel resets who waits when listening stops, at the expense of this thread. Where connections come and go fast,
// it must not stop once for every few of them; where they stay, room is used soon.
bool Server::has_room_again() const {
  const std::int64_t max = options_.limits.connections_max;
  const std::int64_t room = max - hub_.connections();
  if (2 * room >= max) return true;
  return room >= std::max<std::int64_t>(max / 16, 1) && hub_.now_ms - paused_ms_ >= kFullPauseMs;
}

void Server::pause_accepting() {
  hub_.probe.accept_errors.add();
  hub_.probe.connections_refused.add(listener_.turn_away(kAcceptsMax));
  ::epoll_ctl(poll_.native_handle(), EPOLL_CTL_DEL, listener_.fd(), nullptr);
  accept_timer_.expires_after(milliseconds(kAcceptPauseMs));
  accept_timer_.async_wait([this](error_code ec) {
    if (!ec && !paused_ && listener_.fd() >= 0) watch_listener();
  });
}

void Server::wait_for_ready() {
  if (waiting_) return;
  waiting_ = true;
  poll_.async_wait(asio::posix::stream_descriptor::wait_read, [this](error_code ec) {
    waiting_ = false;
    if (!ec) serve();
  });
}

// One wake-up: while a round found plenty the next is tried at once, which saves re-arming and Asio's own wait, and
// makes one batch of what would be several. Then, as long as answers come back soon, the next wake-up.
void Server::serve() {
  for (int releases = 0; releases < kReleasesMax; ++releases) {
    const std::int64_t began_us = hub_.clock.steady_us();
    const std::uint64_t released = hub_.released;
    gathering_.look(began_us, hub_.requests);
    int served = kEventsMax;
    for (int i = 0; i < kRoundsMax && served >= kEventsWorthAnother; ++i) {
      if (!serve_round(served) || hub_.clock.steady_us() - began_us >= kWakeUpUs) break;
    }
    hub_.end_wake_up();
    const bool holds = hub_.held.first() != nullptr;
    if (holds ? !wait_for_mail(kReleaseWaitUs) : hub_.released == released) break;
    gather();
  }
  if (!hub_.has_more()) wait_for_ready();
  look_around();
}

bool Server::serve_round(int& served) {
  const int count = ::epoll_wait(poll_.native_handle(), events_.data(), kEventsMax, 0);
  served = 0;
  bool accepts = false;
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events_[static_cast<std::size_t>(i)];
    if (event.data.ptr == &listener_) {
      accepts = true;
    } else if (event.data.ptr != hub_.mailbox.get()) {
      ready_[static_cast<std::size_t>(served++)] = {static_cast<Connection*>(event.data.ptr), event.events};
    }
  }
  if (count <= 0 && !hub_.has_more()) return false;
  hub_.round(ready_.data(), static_cast<std::size_t>(served));
  if (accepts) {
    accept_some();
    served = kEventsMax;  // who has just connected has often spoken already
  }
  return true;
}

// While answers are held the log is writing, and what comes in meanwhile can only join the next write. So the sockets
// are left alone until it has returned: one wake-up then finds all of them, where each would have caused one of its
// own.
bool Server::wait_for_mail(std::int64_t us) {
  if (!hub_.mailbox->wait(us)) return false;
  hub_.update_now();
  hub_.take_mail();
  return true;
}

// Mail ends it early: another thread has an answer, or wants something.
void Server::gather() {
  const std::int64_t us = gathering_.wait_us(hub_.clock.steady_us(), hub_.requests);
  if (us > 0) wait_for_mail(us);
}

void Server::tick() {
  ticking_ = true;
  tick_timer_.expires_after(milliseconds(hub_.wheel.tick_ms()));
  tick_timer_.async_wait([this](error_code ec) {
    if (ec) return;
    ticking_ = false;
    hub_.expire();
    look_around();
  });
}

// After anything happened: is there something to wait for, is there nothing left to do?
void Server::look_around() {
  if (paused_) pause_when_full();
  if (hub_.connections() > 0 && !ticking_) tick();
  if (hub_.has_more() && !going_on_) {
    going_on_ = true;
    asio::post(io_, [this] {
      going_on_ = false;
      serve();
    });
  }
  if (hub_.draining && hub_.connections() == 0) io_.stop();
}

void Server::begin_drain(std::int64_t deadline_ms) {
  if (hub_.draining) return;
  // What waits in the queue would be reset by closing: it is taken in first, and the close follows at once.
  while (!paused_ && accept_one()) {
  }
  listener_.close();
  paused_ = false;
  accept_timer_.cancel();
  hub_.begin_drain(std::min(kDrainIdleMs, deadline_ms / 2));
  drain_timer_.expires_after(milliseconds(deadline_ms));
  drain_timer_.async_wait([this](error_code ec) {
    if (!ec) io_.stop();
  });
  look_around();
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const ServerOptions& options, Handler& handler,
                                                       const Clock& clock, Metrics& metrics) {
  auto server = std::make_unique<Server>(options, handler, clock, metrics);
  if (Result<void> listening = server->listen(); !listening) return Failure(listening.error());
  return server;
}

}  // namespace footfall::http
