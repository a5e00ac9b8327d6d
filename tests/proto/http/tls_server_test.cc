// The server's second port, over real sockets, with OpenSSL as the client.
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <thread>

#include "proto/tls/certificates.h"
#include "tests/proto/http/server_fixture.h"
#include "tests/proto/tls/test_certificates.h"

namespace footfall::http {
namespace {

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
  double handshakes(const std::string& outcome) {
    return metric(metrics_, "footfall_http_tls_handshakes_total{outcome=\"" + outcome + "\",server=\"test\"}");
  }

  tls::TestFolder folder_;
  tls::CertificateStore certificates_{system_clock()};
};

TEST_F(TlsServerTest, BothPortsAnswer) {
  RunningServer& server = start(options());
  std::atomic<bool> encrypted = false;
  handler_.on_request = [&](const Request& request, Responder& responder) {
    encrypted = request.is_encrypted;
    responder.send(text("done"));
  };
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server->tls_port(), nullptr, version);
    ASSERT_TRUE(client.connected());
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(client.send(get("/")));
      EXPECT_TRUE(client.read_until("done").starts_with("HTTP/1.1 200"));
      EXPECT_TRUE(encrypted);
    }
  }
  RawClient plain(server.port());
  plain.send(get("/"));
  EXPECT_EQ(plain.read_answer()->status, 200);
  EXPECT_FALSE(encrypted);
  EXPECT_EQ(handshakes("full"), 2);
}

TEST_F(TlsServerTest, TheLastAnswerIsFollowedByTheWordThatItWasTheLast) {
  RunningServer& server = start(options());
  TlsClient client(server->tls_port());
  client.send(get("/last", "Connection: close\r\n"));
  EXPECT_TRUE(client.read_until("").ends_with("/last"));
  EXPECT_TRUE(client.was_told_of_the_end());
}

TEST_F(TlsServerTest, TheGuardStandsBehindIt) {
  RunningServer& server = start(options());
  TlsClient client(server->tls_port());
  client.send("GET / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_TRUE(client.read_until("").starts_with("HTTP/1.1 400"));
}

TEST_F(TlsServerTest, LongBodiesAndLongAnswers) {
  ServerOptions with = options();
  with.limits.body_bytes_max = 4 * 1024 * 1024;
  RunningServer& server = start(with);
  handler_.on_request = [](const Request& request, Responder& responder) {
    responder.send(text(std::string(request.body) + "end"));
  };
  TlsClient client(server->tls_port());
  const std::string body(3 * 1024 * 1024, 'b');
  std::thread sender([&] { client.send(post("/", body)); });
  sender.join();
  const std::string answer = client.read_until("end");
  EXPECT_TRUE(answer.ends_with(body + "end"));
}

TEST_F(TlsServerTest, PipelinedAndHeldAnswersKeepTheirOrder) {
  RunningServer& server = start(options());
  std::atomic<int> asked = 0;
  handler_.on_request = [&](const Request& request, Responder& responder) {
    responder.send_when_released(static_cast<std::uint64_t>(++asked), text(std::string(request.path) + ";"),
                                 text("no;"));
  };
  TlsClient client(server->tls_port());
  client.send(get("/1") + get("/2") + get("/3"));
  wait_until([&] { return asked == 3; });
  server->release(2, true);
  EXPECT_NE(client.read_until("/2;").find("/1;"), std::string::npos);
  server->release(3, false);
  EXPECT_TRUE(client.read_until("no;").ends_with("no;"));
}

TEST_F(TlsServerTest, DeferredAnswersFromAnotherThread) {
  RunningServer& server = start(options());
  std::thread other;
  handler_.on_request = [&](const Request&, Responder& responder) {
    other = std::thread([answer = responder.defer()]() mutable { answer.send(text("later")); });
  };
  TlsClient client(server->tls_port());
  client.send(get("/"));
  EXPECT_TRUE(client.read_until("later").ends_with("later"));
  other.join();
}

TEST_F(TlsServerTest, ClientsThatComeAgainResume) {
  ServerOptions with = options();
  RunningServer& server = start(with);
  RunningServer second_worker(with, handler_, metrics_);  // shares the store, and so the keys of tickets
  SSL_SESSION* session = nullptr;
  {
    TlsClient client(server->tls_port());
    client.send(get("/once", "Connection: close\r\n"));
    client.read_until("");
    session = client.session();
  }
  TlsClient again(second_worker->tls_port(), session);
  EXPECT_TRUE(again.resumed());
  again.send(get("/twice", "Connection: close\r\n"));
  EXPECT_TRUE(again.read_until("").ends_with("/twice"));
  EXPECT_EQ(handshakes("resumed"), 1);
  SSL_SESSION_free(session);
}

TEST_F(TlsServerTest, RenewedCertificatesAreShownToNewConnectionsAndBreakNoOld) {
  RunningServer& server = start(options());
  TlsClient old(server->tls_port());
  old.send(get("/1"));
  old.read_until("/1");
  ASSERT_TRUE(certificates_.load({folder_.certificate("a", {"a.example"})}, tls::Version::tls_1_2));
  old.send(get("/2"));
  EXPECT_TRUE(old.read_until("/2").ends_with("/2"));
  TlsClient fresh(server->tls_port());
  EXPECT_TRUE(fresh.connected());
}

TEST_F(TlsServerTest, AHandshakeHasTheDeadlineOfAHeaderBlock) {
  ServerOptions with = options();
  with.limits.header_ms = 150;
  RunningServer& server = start(with);
  RawClient silent(server->tls_port());
  RawClient half(server->tls_port());
  half.send(std::string("\x16\x03\x01", 3));
  EXPECT_EQ(silent.read_all(5'000), "");
  EXPECT_EQ(half.read_all(5'000), "");
  EXPECT_EQ(metric(metrics_, "footfall_http_timeouts_total{kind=\"handshake\",server=\"test\"}"), 2);
  wait_until([&] { return open_connections() == 0; });
}

TEST_F(TlsServerTest, UnfinishedHandshakesAreBounded) {
  ServerOptions with = options();
  with.limits.handshakes_max = 2;
  with.limits.handshakes_per_client_s = 0;
  RunningServer& server = start(with);
  auto first = std::make_unique<RawClient>(server->tls_port());
  RawClient second(server->tls_port());
  wait_until([&] { return open_connections() == 2; });
  RawClient third(server->tls_port());
  EXPECT_EQ(third.read_all(5'000), "") << "closed at once";
  EXPECT_EQ(handshakes("refused"), 1);
  first.reset();
  wait_until([&] { return open_connections() == 1; });
  TlsClient finished(server->tls_port());
  ASSERT_TRUE(finished.connected());
  finished.send(get("/"));
  finished.read_until("/");
  EXPECT_TRUE(TlsClient(server->tls_port()).connected()) << "one that is finished does not count";
}

TEST_F(TlsServerTest, AClientsHandshakesAreBounded) {
  ServerOptions with = options();
  with.limits.handshakes_per_client_s = 1;
  RunningServer& server = start(with);
  int connected = 0;
  for (int i = 0; i < 10; ++i) connected += TlsClient(server->tls_port()).connected() ? 1 : 0;
  EXPECT_GE(connected, 2);
  EXPECT_LT(connected, 10);
  EXPECT_EQ(handshakes("refused"), 10 - connected);
  RawClient plain(server.port());
  plain.send(get("/"));
  EXPECT_EQ(plain.read_answer()->status, 200) << "the other port is none of this";
}

TEST_F(TlsServerTest, PlainHttpOnThisPortIsAFailedHandshake) {
  RunningServer& server = start(options());
  RawClient client(server->tls_port());
  client.send(get("/"));
  client.read_all(5'000);
  EXPECT_EQ(handshakes("failed"), 1);
}

TEST_F(TlsServerTest, DrainsWithoutLosingAnAnswer) {
  RunningServer& server = start(options());
  std::atomic<bool> asked = false;
  handler_.on_request = [&](const Request&, Responder& responder) {
    asked = true;
    responder.send_when_released(1, text("safe"), text("lost"));
  };
  TlsClient client(server->tls_port());
  client.send(get("/"));
  wait_until([&] { return asked.load(); });
  server->drain(5'000);
  server->release(1, true);
  EXPECT_TRUE(client.read_until("").ends_with("safe"));
  server.wait();
}

}  // namespace
}  // namespace footfall::http
