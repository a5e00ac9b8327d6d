// Sockets are blocking. Reads poll first, with the time that is left, and collect bytes in `input_`; an answer is cut
// off its front once it is complete.
#include "tests/proto/http/raw_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <stdexcept>

namespace footfall::http {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return out;
}

class Patience {
 public:
  explicit Patience(int ms) : end_(std::chrono::steady_clock::now() + std::chrono::milliseconds(ms)) {}
  int left_ms() const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
    return left.count() > 0 ? static_cast<int>(left.count()) : 0;
  }

 private:
  std::chrono::steady_clock::time_point end_;
};

}  // namespace

std::string RawAnswer::field(std::string_view name) const {
  const std::string heads = lower(head);
  const std::size_t at = heads.find("\r\n" + lower(name) + ":");
  if (at == std::string::npos) return {};
  std::size_t from = at + 2 + name.size() + 1;
  while (head[from] == ' ') ++from;
  return head.substr(from, head.find("\r\n", from) - from);
}

RawClient::RawClient(std::uint16_t port, int receive_buffer_bytes, std::string_view from)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer_bytes > 0) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
  }
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!from.empty()) {
    sockaddr_in local{};
    local.sin_family = AF_INET;
    inet_pton(AF_INET, std::string(from).c_str(), &local.sin_addr);
    ::bind(fd_, reinterpret_cast<const sockaddr*>(&local), sizeof local);
  }
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
    ::close(fd_);
    throw std::runtime_error("cannot connect to the server under test");
  }
}

RawClient::~RawClient() { ::close(fd_); }

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t took = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (took < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(took));
  }
  return true;
}

void RawClient::reset_at_the_end() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void RawClient::finish_sending() { ::shutdown(fd_, SHUT_WR); }

RawClient::More RawClient::read_more(int timeout_ms) {
  pollfd wait{fd_, POLLIN, 0};
  if (::poll(&wait, 1, timeout_ms) <= 0) return More::timed_out;
  char buffer[64 * 1024];
  const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
  if (got < 0) return More::reset;
  if (got == 0) return More::closed;
  input_.append(buffer, static_cast<std::size_t>(got));
  return More::bytes;
}

std::optional<RawAnswer> RawClient::read_answer(int timeout_ms, bool head_only) {
  const Patience patience(timeout_ms);
  for (;;) {
    const std::size_t head_end = input_.find("\r\n\r\n");
    if (head_end != std::string::npos) {
      RawAnswer answer;
      answer.head = input_.substr(0, head_end + 4);
      answer.status = static_cast<int>(std::strtol(answer.head.c_str() + 9, nullptr, 10));
      const bool bodiless = head_only || answer.status < 200 || answer.status == 204 || answer.status == 304;
      const std::size_t length = bodiless ? 0 : std::strtoul(answer.field("Content-Length").c_str(), nullptr, 10);
      if (input_.size() >= head_end + 4 + length) {
        answer.body = input_.substr(head_end + 4, length);
        input_.erase(0, head_end + 4 + length);
        return answer;
      }
    }
    if (read_more(patience.left_ms()) != More::bytes) return std::nullopt;
  }
}

bool RawClient::is_closed_within(int timeout_ms) { return input_.empty() && read_more(timeout_ms) == More::closed; }

std::string RawClient::read_all(int timeout_ms, End* end) {
  const Patience patience(timeout_ms);
  More more = More::bytes;
  while (more == More::bytes) more = read_more(patience.left_ms());
  if (end != nullptr) *end = more == More::closed ? End::closed : more == More::reset ? End::reset : End::timed_out;
  return std::move(input_);
}

}  // namespace footfall::http
