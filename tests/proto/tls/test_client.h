// The client's side of a TLS connection in memory, by OpenSSL itself.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "proto/tls/session.h"

namespace footfall::tls {

struct ClientOptions {
  std::string host{};  // SNI; empty: none
  int version = TLS1_3_VERSION;
  int lowest_version = 0;   // 0: `version` too
  std::string protocols{};  // ALPN, in wire form; empty: none
  SSL_SESSION* resume = nullptr;
  bool asks_for_ocsp = false;
};

class TestClient {
 public:
  explicit TestClient(const ClientOptions& options);
  ~TestClient();
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  // Bytes to and from the server.
  std::string take_output();
  void feed(std::string_view bytes);
  // One step of the handshake; true when it is done.
  bool handshake();
  bool has_failed() const { return failed_; }
  void write(std::string_view plain);
  std::string read();  // all plain text there is
  bool is_closed() const { return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0; }
  void end() { SSL_shutdown(ssl_); }
  SSL* get() { return ssl_; }
  SSL_SESSION* session() { return SSL_get1_session(ssl_); }
  std::string common_name() const;  // of the certificate that the server has shown
  bool is_resumed() const { return SSL_session_reused(ssl_) == 1; }
  // After a handshake of TLS 1.3 and instead of all that OpenSSL would send: a record as a client seals it, of any inner
  // type.
  std::string seal_first_record(std::string_view plain, char inner_type) const;

 private:
  SSL_CTX* const context_;
  SSL* const ssl_;
  bool failed_ = false;
  std::string traffic_secret_;  // of what the client sends after the handshake
};

// Carries bytes between both until neither has any. What the server reads is appended to `plain`. Gives the server
// `piece` bytes at a time.
Session::Outcome exchange(TestClient& client, Session& server, std::string& plain, std::size_t piece = 1 << 20);

}  // namespace footfall::tls
