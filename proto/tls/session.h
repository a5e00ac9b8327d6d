// The server's side of one TLS connection, from bytes to bytes: it knows no socket and never waits. Whoever carries the
// bytes gives it what was received and sends what it appends to `out`, in that order. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;

namespace footfall::tls {

class Certificates;

// The most that a session holds in memory: for as long as it lasts, and beside that during the handshake.
inline constexpr std::size_t kSessionBytesMax = 16 * 1024;
inline constexpr std::size_t kHandshakeBytesMax = 40 * 1024;

class Session {
 public:
  // Keeps `certificates`, which are not null.
  explicit Session(std::shared_ptr<const Certificates> certificates);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  enum class Outcome : std::uint8_t {
    data,    // `bytes` of plain text were read; there may be more
    more,    // what is left of `received` is no whole record; it has to come again with what follows it
    closed,  // the client says that it sends no more
    failed,  // the client broke the protocol or a bound of ours; where an alert says so, it is in `out`
  };
  struct Read {
    Outcome outcome;
    std::size_t bytes = 0;
  };
  // Takes whole records from the front of `received`, goes on with the handshake and decrypts up to `size` bytes into
  // `plain`. A record is at most kRecordBytesMax long, a message of the handshake 16 KiB; longer ones fail.
  static constexpr std::size_t kRecordBytesMax = 5 + 16 * 1024 + 2 * 1024;
  Read read(std::string_view& received, char* plain, std::size_t size, std::string& out);
  // Encrypts, after the handshake and before end(). False: the session has broken down, and the connection has to be
  // closed.
  bool write(std::string_view plain, std::string& out);
  // Says that nothing more follows (close_notify), once. Does nothing during the handshake.
  void end(std::string& out);

  bool is_handshaking() const { return !established_; }
  bool is_resumed() const;  // the client came with a ticket of ours

  // The two ends of the session as OpenSSL's transport sees them; null outside of a call.
  struct Transport {
    std::string_view* received = nullptr;
    std::string* out = nullptr;
  };

 private:
  Read fail(std::string& out);
  bool admits(std::string_view record);

  const std::shared_ptr<const Certificates> certificates_;
  Transport transport_;
  ssl_st* const ssl_;
  bool established_ = false;
  bool hides_messages_ = false;   // messages of the handshake are encrypted from now on
  std::string message_head_;      // of the message that has begun, as long as it is not complete
  std::size_t message_left_ = 0;  // bytes of the message that are to come
};

}  // namespace footfall::tls
