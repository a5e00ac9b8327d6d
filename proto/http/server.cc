// Asio is the loop: accepting, timers, the client's sockets. The connections hang in an epoll set of the server's own,
// edge-triggered, and Asio waits for that set as for any descriptor. So a wake-up serves many requests, and a request
// costs one recv and one send: Asio's async_read_some would add a recv that finds nothing, its async_wait an epoll_ctl.
#include "proto/http/server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "proto/base/logging.h"
#include "proto/http/connection.h"
#include "proto/http/hub.h"

namespace footfall::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;

constexpr int kEventsMax = 256;
constexpr int kRoundsMax = 16;       // before Asio has its turn
constexpr int kEventsWorthAnother = 4;
constexpr int kReleasesMax = 4;      // waited for before Asio has its turn
constexpr std::int64_t kWakeUpUs = 500;       // after which the handler may close its batch, though more is there
constexpr std::int64_t kReleaseWaitUs = 1'000;
constexpr int kAcceptsMax = 64;
constexpr std::int64_t kAcceptPauseMs = 100;
constexpr std::int64_t kDrainIdleMs = 1'000;  // a client that had no request open may start its last one

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

Address address_of(const sockaddr_storage& from) {
  if (from.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
    return address_from_bytes(reinterpret_cast<const std::uint8_t*>(&v4.sin_addr), 4);
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
  return address_from_bytes(reinterpret_cast<const std::uint8_t*>(&v6.sin6_addr), 16);
}

int open_reserve() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

class Server final : public HttpServer {
 public:
  Server(const ServerOptions& options, Handler& handler, const Clock& clock, Metrics& metrics)
      : options_(options), hub_(options.limits, handler, clock, metrics, options.name), acceptor_(io_), poll_(io_),
        tick_timer_(io_), accept_timer_(io_), drain_timer_(io_), reserve_fd_(open_reserve()) {}
  ~Server() override;

  Result<void> listen();
  error_code bind_and_listen(const asio::ip::tcp::endpoint& endpoint);
  error_code take_over(int listening_fd);
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
  void wait_for_accept();
  void accept_some();
  bool accept_one(int listening_fd);
  void refuse_with_reserve();
  void wait_for_ready();
  void serve();
  bool serve_round(int& served);
  bool wait_for_release();
  void tick();
  void look_around();
  void begin_drain(std::int64_t deadline_ms);

  const ServerOptions options_;
  asio::io_context io_{1};
  Hub hub_;
  asio::ip::tcp::acceptor acceptor_;
  asio::posix::stream_descriptor poll_;
  asio::steady_timer tick_timer_;
  asio::steady_timer accept_timer_;
  asio::steady_timer drain_timer_;
  int reserve_fd_;
  std::uint16_t port_ = 0;
  bool ticking_ = false;
  std::array<epoll_event, kEventsMax> events_;
  std::array<Hub::Ready, kEventsMax> ready_;
};

Server::~Server() {
  hub_.close_all();
  if (reserve_fd_ >= 0) ::close(reserve_fd_);
}

error_code Server::bind_and_listen(const asio::ip::tcp::endpoint& endpoint) {
  error_code ec;
  acceptor_.open(endpoint.protocol(), ec);
  if (!ec) acceptor_.set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec && options_.share_port) acceptor_.set_option(ReusePort(true), ec);
  if (!ec) acceptor_.bind(endpoint, ec);
  if (!ec) acceptor_.listen(options_.backlog, ec);
  return ec;
}

error_code Server::take_over(int listening_fd) {
  sockaddr_storage at{};
  socklen_t size = sizeof at;
  const int fd = ::fcntl(listening_fd, F_DUPFD_CLOEXEC, 0);
  if (fd < 0 || ::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size) != 0) {
    return {errno, boost::system::system_category()};
  }
  error_code ec;
  acceptor_.assign(at.ss_family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), fd, ec);
  return ec;
}

Result<void> Server::listen() {
  error_code ec;
  const auto address = asio::ip::make_address(options_.address, ec);
  if (ec) return invalid("not an address to listen on: " + options_.address);
  const bool inherits = options_.listen_fd >= 0;
  ec = inherits ? take_over(options_.listen_fd) : bind_and_listen({address, options_.port});
  if (!ec) acceptor_.set_option(asio::ip::tcp::no_delay(true), ec);  // accepted sockets inherit it
  if (!ec) acceptor_.native_non_blocking(true, ec);
  if (ec) {
    const std::string where = inherits ? "descriptor " + std::to_string(options_.listen_fd)
                                       : options_.address + ":" + std::to_string(options_.port);
    Failure failure = unavailable(ErrorSource::us, "cannot listen on " + where + ": " + ec.message());
    failure.error().code = ec == asio::error::address_in_use ? "EADDRINUSE" : "";
    return failure;
  }
  port_ = acceptor_.local_endpoint().port();
  const int poll_fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (poll_fd < 0) return internal(std::string("epoll_create1: ") + std::strerror(errno));
  poll_.assign(poll_fd, ec);
  if (ec) return internal("epoll in Asio: " + ec.message());
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = nullptr;  // the mailbox
  if (::epoll_ctl(poll_fd, EPOLL_CTL_ADD, hub_.mailbox->event_fd(), &event) != 0) {
    return internal(std::string("epoll_ctl: ") + std::strerror(errno));
  }
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
  wait_for_accept();
  serve();
  io_.run();
  hub_.close_all();
  hub_.mailbox->leave();
}

void Server::wait_for_accept() {
  acceptor_.async_wait(asio::socket_base::wait_read, [this](error_code ec) {
    if (!ec) accept_some();
  });
}

void Server::accept_some() {
  if (!acceptor_.is_open()) return;
  hub_.update_now();
  for (int i = 0; i < kAcceptsMax; ++i) {
    if (accept_one(acceptor_.native_handle())) continue;
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    hub_.probe.accept_errors.add();
    refuse_with_reserve();
    accept_timer_.expires_after(milliseconds(kAcceptPauseMs));
    accept_timer_.async_wait([this](error_code ec) {
      if (!ec) accept_some();
    });
    look_around();
    return;
  }
  look_around();
  wait_for_accept();
}

bool Server::accept_one(int listening_fd) {
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  const int fd =
      ::accept4(listening_fd, reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return false;
  if (hub_.connections() >= options_.limits.connections_max) {
    hub_.probe.connections_refused.add();
    ::close(fd);
  } else {
    hub_.open(fd, address_of(from), poll_.native_handle());
  }
  return true;
}

// Out of descriptors: one is kept in reserve so that who waits in the queue is turned away instead of left hanging.
void Server::refuse_with_reserve() {
  if (reserve_fd_ < 0) return;
  ::close(reserve_fd_);
  for (int i = 0; i < kAcceptsMax; ++i) {
    const int fd = ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) break;
    hub_.probe.connections_refused.add();
    ::close(fd);
  }
  reserve_fd_ = open_reserve();
}

void Server::wait_for_ready() {
  poll_.async_wait(asio::posix::stream_descriptor::wait_read, [this](error_code ec) {
    if (!ec) serve();
  });
}

// One wake-up: while a round found plenty the next is tried at once, which saves re-arming and Asio's own wait, and
// makes one batch of what would be several. Then, as long as answers come back soon, the next wake-up.
void Server::serve() {
  for (int releases = 0; releases < kReleasesMax; ++releases) {
    const std::int64_t began_us = hub_.clock.steady_us();
    int served = kEventsMax;
    for (int i = 0; i < kRoundsMax && served >= kEventsWorthAnother; ++i) {
      if (!serve_round(served) || hub_.clock.steady_us() - began_us >= kWakeUpUs) break;
    }
    hub_.end_wake_up();
    if (hub_.held.first() == nullptr || !wait_for_release()) break;
  }
  if (hub_.has_more()) {
    asio::post(io_, [this] { serve(); });
  } else {
    wait_for_ready();
  }
  look_around();
}

bool Server::serve_round(int& served) {
  const int count = ::epoll_wait(poll_.native_handle(), events_.data(), kEventsMax, 0);
  served = 0;
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events_[static_cast<std::size_t>(i)];
    if (event.data.ptr == nullptr) continue;
    ready_[static_cast<std::size_t>(served++)] = {static_cast<Connection*>(event.data.ptr), event.events};
  }
  if (count <= 0 && !hub_.has_more()) return false;
  hub_.round(ready_.data(), static_cast<std::size_t>(served));
  return true;
}

// While answers are held the log is writing, and what comes in meanwhile can only join the next write. So the sockets
// are left alone until it has returned: one wake-up then finds all of them, where each would have caused one of its
// own.
bool Server::wait_for_release() {
  if (!hub_.mailbox->wait(kReleaseWaitUs)) return false;
  hub_.update_now();
  hub_.take_mail();
  return true;
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
  if (hub_.connections() > 0 && !ticking_) tick();
  if (hub_.draining && hub_.connections() == 0) io_.stop();
}

void Server::begin_drain(std::int64_t deadline_ms) {
  if (hub_.draining) return;
  // What waits in the queue would be reset by closing: it is taken in first, and the close follows at once.
  error_code ignored;
  if (const int fd = acceptor_.release(ignored); fd >= 0) {
    while (accept_one(fd) || errno == EINTR || errno == ECONNABORTED) {
    }
    ::close(fd);
  }
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
