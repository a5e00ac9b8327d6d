// The server's second port, over real sockets, with OpenSSL as the client.
#include <atomic>
#include <thread>

#include "tests/proto/http/tls_server_fixture.h"

namespace footfall::http {
namespace {

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
