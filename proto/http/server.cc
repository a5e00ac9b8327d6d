// Asio runs the event loop, for timers and for the sockets of clients. The listener and the connections are in an epoll
// set of the server's own, and Asio waits for that set as for any descriptor. So one wake-up serves many requests, and
// a request costs one recv and one send: Asio's async_read_some would add a recv that finds nothing, its async_wait an
// epoll_ctl.
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

#include "proto/http/acceptor.h"
#include "proto/http/connection.h"
#include "proto/http/connection_manager.h"
#include "proto/http/wake_up_delay.h"

namespace footfall::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;

constexpr int kEventsMax = SocketBatch::kMax;
constexpr int kRoundsMax = 16;  // before Asio runs its own handlers
constexpr int kEventsWorthAnother = 4;
constexpr int kReleasesMax = 4;          // waited for before Asio runs its own handlers
constexpr std::int64_t kWakeUpUs = 500;  // after which the handler closes its batch, even if more has come
constexpr std::int64_t kReleaseWaitUs = 1'000;
constexpr std::int64_t kDrainIdleMs = 1'000;  // in which a client without an open request may still send one

class Server final : public HttpServer {
 public:
  Server(const ServerOptions& options, Handler& handler, const Clock& clock, Metrics& metrics)
      : options_(options),
        manager_(options, handler, clock, metrics),
        poll_(io_),
        tick_timer_(io_),
        acceptor_(options_, io_, manager_),
        drain_timer_(io_) {}
  ~Server() override { manager_.close_all(); }

  Result<void> listen();
  std::uint16_t port() const override { return acceptor_.port(); }
  std::uint16_t tls_port() const override { return acceptor_.tls_port(); }
  void run() override;
  void release(std::uint64_t ticket, bool safe) override { manager_.messages->release(ticket, safe); }
  void post(std::function<void()> work) override { manager_.messages->post(std::move(work)); }
  void drain(std::int64_t deadline_ms) override {
    post([this, deadline_ms] { begin_drain(deadline_ms); });
  }
  void stop() override { io_.stop(); }
  asio::io_context& io_context() override { return io_; }

 private:
  bool watch(int fd, std::uint32_t events, void* who);
  void wait_for_ready();
  void serve();
  bool serve_round(int& served);
  bool wait_for_messages(std::int64_t us);
  void delay_next_wake_up();
  void tick();
  void schedule_next();
  void begin_drain(std::int64_t deadline_ms);

  const ServerOptions options_;
  asio::io_context io_{1};
  ConnectionManager manager_;
  asio::posix::stream_descriptor poll_;
  asio::steady_timer tick_timer_;
  Acceptor acceptor_;
  asio::steady_timer drain_timer_;
  WakeUpDelay wake_up_delay_;
  bool ticking_ = false;
  bool waiting_ = false;       // for the epoll set
  bool serve_posted_ = false;  // serve() is posted, as there is more to do
  std::array<epoll_event, kEventsMax> events_;
  std::array<ConnectionManager::Ready, kEventsMax> ready_;
};

bool Server::watch(int fd, std::uint32_t events, void* who) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = who;
  return ::epoll_ctl(poll_.native_handle(), EPOLL_CTL_ADD, fd, &event) == 0;
}

Result<void> Server::listen() {
  if (auto opened = acceptor_.open(); !opened) return opened;
  const int poll_fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (poll_fd < 0) return internal(std::string("epoll_create1: ") + std::strerror(errno));
  error_code ec;
  poll_.assign(poll_fd, ec);
  if (ec) return internal("epoll in Asio: " + ec.message());
  manager_.poll_fd = poll_fd;
  const bool watched =
      watch(manager_.messages->event_fd(), EPOLLIN | EPOLLET, manager_.messages.get()) && acceptor_.watch(poll_fd);
  if (!watched) return internal(std::string("epoll_ctl: ") + std::strerror(errno));
  return {};
}

void Server::run() {
  manager_.messages->bind_to_this_thread([this] {
    asio::post(io_, [this] {
      manager_.update_now();
      manager_.process_messages();
      schedule_next();
    });
  });
  serve();
  io_.run();
  manager_.close_all();
  manager_.messages->unbind();
}

void Server::wait_for_ready() {
  if (waiting_) return;
  waiting_ = true;
  poll_.async_wait(asio::posix::stream_descriptor::wait_read, [this](error_code ec) {
    waiting_ = false;
    if (!ec) serve();
  });
}

// One wake-up. As long as a round finds plenty, the next one is tried at once: that saves a wait, and makes one batch
// of what would be several. As long as answers are released soon, the next wake-up follows without Asio.
void Server::serve() {
  for (int releases = 0; releases < kReleasesMax; ++releases) {
    const std::int64_t began_us = manager_.clock.steady_us();
    const std::uint64_t released = manager_.released;
    wake_up_delay_.begin(began_us, manager_.requests);
    int served = kEventsMax;
    for (int i = 0; i < kRoundsMax && served >= kEventsWorthAnother; ++i) {
      if (!serve_round(served) || manager_.clock.steady_us() - began_us >= kWakeUpUs) break;
    }
    manager_.end_wake_up();
    const bool holds = manager_.held.first() != nullptr;
    if (holds ? !wait_for_messages(kReleaseWaitUs) : manager_.released == released) break;
    delay_next_wake_up();
  }
  if (!manager_.has_more()) wait_for_ready();
  schedule_next();
}

bool Server::serve_round(int& served) {
  const int count = ::epoll_wait(poll_.native_handle(), events_.data(), kEventsMax, 0);
  served = 0;
  bool accepts = false;
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events_[static_cast<std::size_t>(i)];
    if (acceptor_.is_ready(event.data.ptr)) {
      accepts = true;
    } else if (event.data.ptr != manager_.messages.get()) {
      ready_[static_cast<std::size_t>(served++)] = {static_cast<Connection*>(event.data.ptr), event.events};
    }
  }
  if (count <= 0 && !manager_.has_more()) return false;
  manager_.round(ready_.data(), static_cast<std::size_t>(served));
  if (accepts) {
    acceptor_.accept_some();
    served = kEventsMax;  // new connections have often sent a request already
  }
  return true;
}

// While answers are held, the log is writing, and requests that come meanwhile can only join the next write. So the
// sockets are left alone until it has returned. One wake-up then finds all these requests, and not one wake-up each.
bool Server::wait_for_messages(std::int64_t us) {
  if (!manager_.messages->wait(us)) return false;
  manager_.update_now();
  manager_.process_messages();
  return true;
}

// A message of another thread ends the delay early.
void Server::delay_next_wake_up() {
  const std::int64_t us = wake_up_delay_.delay_us(manager_.clock.steady_us(), manager_.requests);
  if (us > 0) wait_for_messages(us);
}

void Server::tick() {
  ticking_ = true;
  tick_timer_.expires_after(milliseconds(manager_.timers.tick_ms()));
  tick_timer_.async_wait([this](error_code ec) {
    if (ec) return;
    ticking_ = false;
    manager_.expire();
    schedule_next();
  });
}

// Called after every wake-up: starts what must be waited for, and ends run() if the server drains and nothing is left.
void Server::schedule_next() {
  acceptor_.listen_again_if_there_is_room();
  if (manager_.connections() > 0 && !ticking_) tick();
  if (manager_.has_more() && !serve_posted_) {
    serve_posted_ = true;
    asio::post(io_, [this] {
      serve_posted_ = false;
      serve();
    });
  }
  if (manager_.draining && manager_.connections() == 0) io_.stop();
}

void Server::begin_drain(std::int64_t deadline_ms) {
  if (manager_.draining) return;
  acceptor_.close();
  manager_.begin_drain(std::min(kDrainIdleMs, deadline_ms / 2));
  drain_timer_.expires_after(milliseconds(deadline_ms));
  drain_timer_.async_wait([this](error_code ec) {
    if (!ec) io_.stop();
  });
  schedule_next();
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const ServerOptions& options, Handler& handler,
                                                       const Clock& clock, Metrics& metrics) {
  auto server = std::make_unique<Server>(options, handler, clock, metrics);
  if (Result<void> listening = server->listen(); !listening) return Failure(listening.error());
  return server;
}

}  // namespace footfall::http
