// The socket is non-blocking and edge-triggered: what epoll reports is written or read until the kernel has no more. An
// answer is complete when its head and as many bytes as its Content-Length says are there; the input buffer bounds it.
#include "loadtest/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "proto/base/bytes.h"

namespace footfall::loadtest {

Connection::Connection(std::uint16_t port, int poll_fd) : port_(port), poll_fd_(poll_fd) {}

Connection::~Connection() { close(); }

void Connection::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  state_ = State::closed;
}

bool Connection::connect() {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return false;
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int begun = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = this;
  if ((begun != 0 && errno != EINPROGRESS) || ::epoll_ctl(poll_fd_, EPOLL_CTL_ADD, fd_, &event) != 0) {
    close();
    return false;
  }
  return true;
}

bool Connection::send(std::string_view request, Kind kind, const Departure& departure, bool timed) {
  kind_ = kind;
  departure_ = departure;
  timed_ = timed;
  output_.assign(request);
  written_ = input_bytes_ = head_bytes_ = body_bytes_ = 0;
  status_ = 0;
  ends_ = false;
  if (state_ == State::closed && !connect()) return false;
  state_ = State::busy;
  if (write()) return true;
  close();
  return false;
}

// False: the connection is broken. What cannot be written yet goes out when epoll says so.
bool Connection::write() {
  while (written_ < output_.size()) {
    const ssize_t took = ::send(fd_, output_.data() + written_, output_.size() - written_, MSG_NOSIGNAL);
    if (took >= 0) {
      written_ += static_cast<std::size_t>(took);
    } else if (errno == EAGAIN || errno == EINPROGRESS) {
      return true;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

Connection::Event Connection::ready(std::uint32_t events) {
  if (state_ == State::closed) return Event::more;
  if ((events & EPOLLOUT) != 0 && state_ == State::busy && !write()) {
    close();
    return Event::failed;
  }
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) == 0) return Event::more;
  return read();
}

Connection::Event Connection::read() {
  const bool was_busy = state_ == State::busy;
  for (;;) {
    const ssize_t got = ::recv(fd_, input_.data() + input_bytes_, input_.size() - input_bytes_, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return Event::more;
    if (got <= 0) {  // an idle connection that ends is no failure
      close();
      return was_busy ? Event::failed : Event::more;
    }
    input_bytes_ += static_cast<std::size_t>(got);
    if (parse()) {
      state_ = State::idle;
      if (ends_) close();
      return Event::answered;
    }
    if (input_bytes_ == input_.size()) {
      close();
      return Event::failed;
    }
  }
}

bool Connection::parse() {
  const std::string_view input(input_.data(), input_bytes_);
  if (head_bytes_ == 0) {
    const std::size_t end = input.find("\r\n\r\n");
    if (end == std::string_view::npos) return false;
    head_bytes_ = end + 4;
    std::from_chars(input.data() + 9, input.data() + 12, status_);
    std::string_view lines = input.substr(0, end + 2);
    while (!lines.empty()) {
      const std::string_view line = lines.substr(0, lines.find("\r\n"));
      lines.remove_prefix(line.size() + 2);
      const std::string_view name = line.substr(0, line.find(':'));
      if (name.size() == line.size()) continue;
      const std::string_view value = trim(line.substr(name.size() + 1));
      if (equal_ignoring_case(name, "content-length")) {
        std::from_chars(value.data(), value.data() + value.size(), body_bytes_);
      } else if (equal_ignoring_case(name, "connection")) {
        ends_ = equal_ignoring_case(value, "close");
      }
    }
  }
  return input_bytes_ >= head_bytes_ + body_bytes_;
}

}  // namespace footfall::loadtest
