// Connections with TLS that are ready in one round, where one call receives for all, and certificates that change under
// way.
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "proto/base/signal.h"
#include "tests/proto/http/tls_server_fixture.h"

namespace footfall::http {
namespace {

// Bodies are longer than a batch's buffer, so that records come in parts; some requests are pipelined.
TEST_F(TlsServerTest, ManyAtOnceGetTheirOwnAnswers) {
  struct Shared {
    Signal all_have_sent;
    std::uint64_t ticket = 0, released = 0;
  };
  const auto shared = std::make_shared<Shared>();
  handler_.on_request = [shared](const Request& request, Responder& responder) {
    if (request.path == "/wait") shared->all_have_sent.wait();
    const std::string answer = std::string(request.path) + " " + std::string(request.body) + " end";
    responder.send_when_released(++shared->ticket, text(answer), text("otherwise"));
  };
  handler_.on_after = [shared, this] {
    if (shared->released == shared->ticket) return;
    shared->released = shared->ticket;
    (*server_)->release(shared->ticket, true);
  };
  ServerOptions with = options();
  with.use_io_uring = true;
  with.limits.handshakes_per_client_s = 0;
  RunningServer& server = start(with);

  constexpr int kClients = 60;
  const auto body_of = [](int i) {
    return std::string(static_cast<std::size_t>(i) * 397 % 9'000, static_cast<char>('a' + i % 26));
  };
  std::vector<std::unique_ptr<TlsClient>> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(std::make_unique<TlsClient>(server->tls_port()));
    ASSERT_TRUE(clients.back()->connected());
  }
  RawClient blocker(server.port());
  ASSERT_TRUE(blocker.send(get("/wait")));
  for (int i = 0; i < kClients; ++i) {
    const std::string path = "/" + std::to_string(i);
    const std::string more = i % 3 == 0 ? get(path + "/next") : "";
    ASSERT_TRUE(clients[static_cast<std::size_t>(i)]->send(post(path, body_of(i)) + more));
  }
  shared->all_have_sent.set();
  ASSERT_TRUE(blocker.read_answer());
  for (int i = 0; i < kClients; ++i) {
    const std::string first = "/" + std::to_string(i) + " " + body_of(i) + " end";
    const std::string next = "/" + std::to_string(i) + "/next  end";
    const std::string answers = clients[static_cast<std::size_t>(i)]->read_until(i % 3 == 0 ? next : first);
    EXPECT_NE(answers.find("\r\n\r\n" + first), std::string::npos) << i;
  }
}

// What a connection began with serves it to its end: nobody is cut off by a renewal, in the handshake or after it.
TEST_F(TlsServerTest, CertificatesChangeWhileOthersShakeHandsAndAsk) {
  ServerOptions with = options();
  with.use_io_uring = true;
  with.limits.handshakes_per_client_s = 0;
  with.limits.first_byte_ms = with.limits.header_ms = 120'000;  // the slow one takes its time
  RunningServer& server = start(with);
  const std::uint16_t port = server->tls_port();
  std::atomic<int> failures = 0, handshakes_done = 0, requests_done = 0;
  std::atomic<bool> over = false;
  const auto ask = [](TlsClient& client) {
    return client.connected() && client.send(get("/here")) && client.read_until("/here").starts_with("HTTP/1.1 200");
  };
  std::thread newcomers([&] {
    for (; !over; ++handshakes_done) {
      TlsClient client(port, nullptr, handshakes_done % 2 == 0 ? TLS1_3_VERSION : TLS1_2_VERSION);
      if (!ask(client)) ++failures;
    }
  });
  std::thread regular([&] {
    TlsClient client(port);
    for (; !over; ++requests_done) {
      if (!ask(client)) ++failures;
    }
  });
  SteppedClient slow(port);  // shakes hands under one certificate and ends under another
  const std::string finish = slow.shake_all_but_finish();
  int loaded = 0;
  for (; loaded < 50 || ((handshakes_done < 50 || requests_done < 50) && failures == 0); ++loaded) {
    EXPECT_TRUE(certificates_.load({folder_.certificate("a", {"a.example"})}, tls::Version::tls_1_2));
  }
  over = true;
  newcomers.join();
  regular.join();
  EXPECT_EQ(failures, 0);
  EXPECT_TRUE(slow.send(finish + slow.seal(get("/slow"))));
  EXPECT_TRUE(slow.read_until("/slow").starts_with("HTTP/1.1 200"));
}

}  // namespace
}  // namespace footfall::http
