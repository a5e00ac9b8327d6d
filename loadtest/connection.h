// One connection of the open-loop generator: sends a request, reads its answer, one at a time. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "loadtest/plan.h"

namespace footfall::loadtest {

struct Departure {
  std::int64_t intended_ns = 0;
  std::int64_t sent_ns = 0;
};

class Connection {
 public:
  enum class State : std::uint8_t { closed, idle, busy };
  enum class Event : std::uint8_t { more, answered, failed };

  Connection(std::uint16_t port, int poll_fd);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  State state() const { return state_; }
  // Connects if need be and sends. False: the connection could not even be begun.
  bool send(std::string_view request, Kind kind, const Departure& departure, bool timed);
  // What epoll said. `answered`: status() and what follows hold until the next send. `failed`: it ended unanswered.
  Event ready(std::uint32_t events);
  void close();

  int status() const { return status_; }
  Kind kind() const { return kind_; }
  std::int64_t intended_ns() const { return departure_.intended_ns; }
  std::int64_t sent_ns() const { return departure_.sent_ns; }
  bool timed() const { return timed_; }
  std::string_view head() const { return {input_.data(), head_bytes_}; }
  std::string_view body() const { return {input_.data() + head_bytes_, body_bytes_}; }

 private:
  bool connect();
  bool write();
  Event read();
  bool parse();

  const std::uint16_t port_;
  const int poll_fd_;
  int fd_ = -1;
  State state_ = State::closed;
  Kind kind_ = Kind::redirect;
  bool timed_ = false;
  bool ends_ = false;  // "Connection: close" in the answer
  int status_ = 0;
  Departure departure_;
  std::string output_;
  std::size_t written_ = 0;
  std::array<char, 16 * 1024> input_;
  std::size_t input_bytes_ = 0;
  std::size_t head_bytes_ = 0;  // 0: not complete yet
  std::size_t body_bytes_ = 0;
};

}  // namespace footfall::loadtest
