// open() makes a socket, or duplicates one that listens already, and sets the options that accepted sockets inherit.
// pause() shuts the socket's receiving side down, which ends listening and keeps the address; resume() listens again.
// One descriptor is kept in reserve: without any left, a connection can be neither accepted nor refused.
#include "proto/http/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace footfall::http {
namespace {

int open_spare() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

constexpr std::string_view kEveryAddress = "::";
// The most that the kernel keeps of one connection: answers that it has not sent yet, requests that were not read yet.
constexpr int kKernelUnsentBytes = 16 * 1024;
constexpr int kKernelUnreadBytes = 64 * 1024;

// Whether this machine has IPv6 at all: the kernel may be without it, or it may be switched off.
bool has_ipv6() {
  const int fd = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  const bool binds = ::bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0;  // any free port
  ::close(fd);
  return binds;
}

// "127.0.0.1" or "::1"; no names. False: it is neither.
bool parse_socket_address(const std::string& text, std::uint16_t port, SocketAddress& out) {
  auto& v4 = reinterpret_cast<sockaddr_in&>(out.storage);
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    out.size = sizeof v4;
    return true;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(out.storage);
  if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) != 1) return false;
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  out.size = sizeof v6;
  return true;
}

Address peer_address(const sockaddr_storage& from) {
  if (from.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
    return address_from_bytes(reinterpret_cast<const std::uint8_t*>(&v4.sin_addr), 4);
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
  return address_from_bytes(reinterpret_cast<const std::uint8_t*>(&v6.sin6_addr), 16);
}

bool set_option(int fd, int level, int option, int value = 1) {
  return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

// Accepted sockets inherit the options of the listening one, so they cost no further call. Without them the kernel
// keeps up to 4 MiB for a client that does not read, and up to 32 MiB from one that sends ahead, which none of our
// limits counts.
bool set_socket_options(int fd) {
  return set_option(fd, IPPROTO_TCP, TCP_NODELAY) &&
         set_option(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, kKernelUnsentBytes) &&
         set_option(fd, SOL_SOCKET, SO_RCVBUF, kKernelUnreadBytes);
}

}  // namespace

Listener::Listener() : spare_fd_(open_spare()) {}

Listener::~Listener() {
  close();
  if (spare_fd_ >= 0) ::close(spare_fd_);
}

void Listener::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

bool Listener::bind_and_listen(const ServerOptions& options, std::uint16_t port) {
  SocketAddress at;
  if (!parse_socket_address(options.address, port, at)) {
    errno = EINVAL;
    return false;
  }
  if (options.address == kEveryAddress && !has_ipv6()) parse_socket_address("0.0.0.0", port, at);
  fd_ = ::socket(at.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int both_families = 0;
  if (options.address == kEveryAddress && at.storage.ss_family == AF_INET6) {
    ::setsockopt(fd_, IPPROTO_IPV6, IPV6_V6ONLY, &both_families, sizeof both_families);
  }
  return fd_ >= 0 && set_socket_options(fd_) && set_option(fd_, SOL_SOCKET, SO_REUSEADDR) &&
         (!options.share_port || set_option(fd_, SOL_SOCKET, SO_REUSEPORT)) && ::bind(fd_, at.get(), at.size) == 0 &&
         ::listen(fd_, options.backlog) == 0;
}

bool Listener::take_over(int listening_fd) {
  SocketAddress at;
  fd_ = ::fcntl(listening_fd, F_DUPFD_CLOEXEC, 0);
  if (fd_ < 0 || ::getsockname(fd_, at.get(), &at.size) != 0 || !set_socket_options(fd_)) return false;
  return ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK) == 0;
}

Result<void> Listener::open(const ServerOptions& options, std::uint16_t port, int listen_fd) {
  const bool inherits = listen_fd >= 0;
  backlog_ = options.backlog;
  can_pause_ = !inherits && port != 0;
  const bool listens = inherits ? take_over(listen_fd) : bind_and_listen(options, port);
  if (listens) return {};
  const int error = errno;
  close();
  if (!inherits && error == EINVAL) return invalid("not an address to listen on: " + options.address);
  const std::string where =
      inherits ? "descriptor " + std::to_string(listen_fd) : options.address + ":" + std::to_string(port);
  Failure failure = unavailable(ErrorSource::us, "cannot listen on " + where + ": " + std::strerror(error));
  failure.error().code = error == EADDRINUSE ? "EADDRINUSE" : "";
  return failure;
}

std::uint16_t Listener::port() const {
  SocketAddress at;
  if (::getsockname(fd_, at.get(), &at.size) != 0) return 0;
  if (at.storage.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(at.storage).sin_port);
  return ntohs(reinterpret_cast<const sockaddr_in6&>(at.storage).sin6_port);
}

Listener::Outcome Listener::accept(int& fd, Address& peer) {
  for (;;) {
    SocketAddress from;
    fd = ::accept4(fd_, from.get(), &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      peer = peer_address(from.storage);
      return Outcome::accepted;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    return errno == EAGAIN || errno == EWOULDBLOCK ? Outcome::none : Outcome::failed;
  }
}

bool Listener::pause() { return can_pause_ && ::shutdown(fd_, SHUT_RD) == 0; }

bool Listener::resume() { return ::listen(fd_, backlog_) == 0; }

std::size_t Listener::refuse_waiting(std::size_t most) {
  if (spare_fd_ < 0) return 0;
  ::close(spare_fd_);
  std::size_t count = 0;
  for (; count < most; ++count) {
    const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) break;
    ::close(fd);
  }
  spare_fd_ = open_spare();
  return count;
}

}  // namespace footfall::http
