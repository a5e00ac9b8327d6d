// The floor: a bare epoll loop that answers every request with one canned 302. It parses nothing, limits nothing and
// keeps nothing; what it costs is what the kernel asks for one recv, one send and a share of an epoll_wait.
//
// floor PORT
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 302 Found\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nLocation: "
    "https://shop.example/landing?utm_source=floor&click_id=01234567-89ab-7cde-8f01-23456789abcd\r\n"
    "Cache-Control: no-store\r\nContent-Length: 0\r\n\r\n";

int listen_on(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(fd, 4096) != 0) {
    std::perror("floor");
    return -1;
  }
  return fd;
}

// A request is whatever comes up to an empty line; one a read, as a client without pipelining sends it.
void answer(int fd) {
  static std::array<char, 64 * 1024> input;
  const ssize_t got = ::recv(fd, input.data(), input.size(), 0);
  if (got <= 0) {
    ::close(fd);
    return;
  }
  const std::string_view request(input.data(), static_cast<std::size_t>(got));
  if (!request.ends_with("\r\n\r\n")) return;
  const bool close = request.find("onnection: close") != std::string_view::npos;
  ::send(fd, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
  if (close) ::close(fd);
}

}  // namespace

int main(int argc, char** argv) {
  std::uint16_t port = 0;
  if (argc != 2 || std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), port).ec != std::errc()) {
    std::fprintf(stderr, "usage: floor PORT\n");
    return 2;
  }
  const int listener = listen_on(port);
  if (listener < 0) return 1;
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{.events = EPOLLIN, .data = {.fd = listener}};
  ::epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  std::array<epoll_event, 256> events;
  for (;;) {
    const int count = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd != listener) {
        answer(fd);
        continue;
      }
      const int client = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (client < 0) continue;
      epoll_event added{.events = EPOLLIN, .data = {.fd = client}};
      ::epoll_ctl(poll, EPOLL_CTL_ADD, client, &added);
    }
  }
}
