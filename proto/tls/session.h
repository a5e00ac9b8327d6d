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

class Session {
 public:
  // Keeps `certificates`, which are not null.
  explicit Session(std::shared_ptr<const Certificates> certificates);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  enum class Outcome : std::uint8_t {
    data,    // `bytes` of plain text were read; there may be more
    more,    // everything received was used; nothing more is to be had before more has come
    closed,  // the client says that it sends no more
    failed,  // the client broke the protocol; the alert for it is in `out`
  };
  struct Read {
    Outcome outcome;
    std::size_t bytes = 0;
  };
  // Takes bytes from the front of `received`, goes on with the handshake and decrypts up to `size` bytes into `plain`.
  // An incomplete record is kept, up to 16 KiB and some.
  Read read(std::string_view& received, char* plain, std::size_t size, std::string& out);
  // Encrypts, after the handshake and before end(). False: the session has broken down, or the client is in the middle
  // of a message about the session itself; then the connection has to be closed.
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
  const std::shared_ptr<const Certificates> certificates_;
  Transport transport_;
  ssl_st* const ssl_;
  bool established_ = false;
};

}  // namespace footfall::tls
