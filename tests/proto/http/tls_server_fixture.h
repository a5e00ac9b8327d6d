// What the tests of the server's second port share: clients with TLS, and a server with a certificate.
#pragma once

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <csignal>
#include <string>
#include <string_view>

#include "proto/tls/certificates.h"
#include "tests/proto/http/server_fixture.h"
#include "tests/proto/tls/test_certificates.h"
#include "tests/proto/tls/test_client.h"

namespace footfall::http {

// A client with a blocking socket.
class TlsClient {
 public:
  TlsClient(std::uint16_t port, SSL_SESSION* resume = nullptr, int version = TLS1_3_VERSION)
      : raw_(port), context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_)) {
    SSL_set_fd(ssl_, raw_.fd());
    SSL_set_max_proto_version(ssl_, version);
    if (resume != nullptr) SSL_set_session(ssl_, resume);
    connected_ = SSL_connect(ssl_) == 1;
  }
  ~TlsClient() {
    if (connected_) SSL_shutdown(ssl_);  // a session that was not ended in order cannot be resumed
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool connected() const { return connected_; }
  bool resumed() const { return SSL_session_reused(ssl_) == 1; }
  bool send(std::string_view bytes) {
    return SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) == static_cast<int>(bytes.size());
  }
  // Until the server ends, or until what was read ends with `last`.
  std::string read_until(std::string_view last) {
    std::string all;
    char bytes[16 * 1024];
    while (last.empty() || !all.ends_with(last)) {
      const int got = SSL_read(ssl_, bytes, sizeof bytes);
      if (got <= 0) break;
      all.append(bytes, static_cast<std::size_t>(got));
    }
    return all;
  }
  bool was_told_of_the_end() const { return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0; }
  SSL_SESSION* session() { return SSL_get1_session(ssl_); }

 private:
  RawClient raw_;
  SSL_CTX* const context_;
  SSL* const ssl_;
  bool connected_ = false;
};

// A client whose bytes a test sends when and how it likes.
class SteppedClient {
 public:
  explicit SteppedClient(std::uint16_t port, std::string_view from = {}) : raw_(port, 0, from) {}

  // Everything but the client's last message of the handshake, which it returns.
  std::string shake_all_but_finish() {
    tls_.handshake();
    raw_.send(tls_.take_output());
    while (!tls_.handshake()) {
      if (tls_.has_failed() || !feed()) return {};
    }
    return tls_.take_output();
  }
  // Ends the handshake and asks at once.
  void ask(std::string_view request) {
    const std::string finish = shake_all_but_finish();
    send(finish + seal(request));
  }
  std::string seal(std::string_view plain) {
    tls_.write(plain);
    return tls_.take_output();
  }
  std::string seal_key_update() {
    SSL_key_update(tls_.get(), SSL_KEY_UPDATE_NOT_REQUESTED);
    tls_.handshake();
    return tls_.take_output();
  }
  bool send(std::string_view bytes) { return raw_.send(bytes); }
  std::string read_until(std::string_view last) {
    std::string all = tls_.read();
    while (!all.ends_with(last) && feed()) all += tls_.read();
    return all;
  }
  RawClient& raw() { return raw_; }

 private:
  bool feed() {
    char bytes[16 * 1024];
    const ssize_t got = ::recv(raw_.fd(), bytes, sizeof bytes, 0);
    if (got > 0) tls_.feed({bytes, static_cast<std::size_t>(got)});
    return got > 0;
  }

  RawClient raw_;
  tls::TestClient tls_{{}};
};

class TlsServerTest : public ServerTest {
 protected:
  void SetUp() override {
    signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets that the server has closed
    ASSERT_TRUE(certificates_.load({folder_.certificate("a", {"a.example"})}, tls::Version::tls_1_2));
  }
  ServerOptions options() {
    ServerOptions options = local_options();
    options.tls = TlsPort{.certificates = &certificates_};
    return options;
  }
  double timeouts(const std::string& kind) {
    return metric(metrics_, "footfall_http_timeouts_total{kind=\"" + kind + "\",server=\"test\"}");
  }
  double handshakes(const std::string& outcome) {
    return metric(metrics_, "footfall_http_tls_handshakes_total{outcome=\"" + outcome + "\",server=\"test\"}");
  }

  tls::TestFolder folder_;
  tls::CertificateStore certificates_{system_clock()};
};

}  // namespace footfall::http
