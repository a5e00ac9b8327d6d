// A socket that says exactly what a test wants said, and a reader of what comes back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace footfall::http {

struct RawAnswer {
  int status = 0;
  std::string head;  // status line and fields, with the empty line
  std::string body;
  // Value of the first field of that name (any case), or empty.
  std::string field(std::string_view name) const;
};

class RawClient {
 public:
  // `from`: the local address, an IPv4 one of this machine; empty: the kernel's choice.
  explicit RawClient(std::uint16_t port, int receive_buffer_bytes = 0, std::string_view from = {});
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool send(std::string_view bytes);  // false: reset or closed
  void finish_sending();
  void reset_at_the_end();  // the destructor resets the connection: what is owed to it is given up at once
  // The next answer, with Content-Length, without body (`head_only`, 1xx, 204, 304), or nothing: closed or not in time.
  std::optional<RawAnswer> read_answer(int timeout_ms = 5'000, bool head_only = false);
  // True once the other side has closed (no bytes left before that); false: still open after the time, or reset.
  bool is_closed_within(int timeout_ms);
  // All there is until the other side closes, is reset, or the time is over; says which.
  enum class End { closed, reset, timed_out };
  std::string read_all(int timeout_ms, End* end = nullptr);
  int fd() const { return fd_; }

 private:
  enum class More { bytes, closed, reset, timed_out };
  More read_more(int timeout_ms);

  int fd_;
  std::string input_;
};

}  // namespace footfall::http
