// What strangers can make of the second port: handshakes that never end, parts of records, messages that ask for nothing.
#include <memory>
#include <vector>

#include "tests/proto/http/tls_server_fixture.h"

namespace footfall::http {
namespace {

using TlsLimitsTest = TlsServerTest;

TEST_F(TlsLimitsTest, AHandshakeHasTheDeadlineOfAHeaderBlock) {
  ServerOptions with = options();
  with.limits.header_ms = 150;
  RunningServer& server = start(with);
  RawClient silent(server->tls_port());
  RawClient half(server->tls_port());
  half.send(std::string("\x16\x03\x01", 3));
  EXPECT_EQ(silent.read_all(5'000), "");
  EXPECT_EQ(half.read_all(5'000), "");
  EXPECT_EQ(timeouts("handshake"), 2);
  wait_until([&] { return open_connections() == 0; });
}

TEST_F(TlsLimitsTest, UnfinishedHandshakesAreBounded) {
  ServerOptions with = options();
  with.limits.handshakes_max = 2;
  with.limits.handshakes_per_client_s = 0;
  RunningServer& server = start(with);
  TlsClient finished(server->tls_port());
  ASSERT_TRUE(finished.connected());
  finished.send(get("/"));
  finished.read_until("/");
  RawClient first(server->tls_port());
  RawClient second(server->tls_port());
  wait_until([&] { return open_connections() == 3; });
  RawClient third(server->tls_port());
  EXPECT_EQ(first.read_all(5'000), "") << "the oldest makes room";
  EXPECT_EQ(handshakes("evicted"), 1);
  EXPECT_FALSE(second.is_closed_within(50));
  EXPECT_FALSE(third.is_closed_within(50));
  finished.send(get("/again"));
  EXPECT_TRUE(finished.read_until("/again").ends_with("/again")) << "one that is finished does not count";
}

// Each of some addresses begins many more than its share, and takes each place that comes free. Visitors who are in the
// middle of theirs finish it.
TEST_F(TlsLimitsTest, SomeAddressesCannotShutTheOthersOut) {  // G-23
  ServerOptions with = options();
  with.limits.handshakes_max = 64;
  with.limits.first_byte_ms = with.limits.header_ms = 120'000;  // the silent ones do not end by themselves
  RunningServer& server = start(with);
  std::vector<std::unique_ptr<RawClient>> silent;
  const auto connect_more = [&](int rounds) {
    for (int i = 0; i < rounds * 6; ++i) {
      silent.push_back(std::make_unique<RawClient>(server->tls_port(), 0, "127.0.0." + std::to_string(66 + i % 6)));
    }
  };
  connect_more(12);
  for (int i = 0; i < 8; ++i) {
    SteppedClient visitor(server->tls_port(), "127.0.1." + std::to_string(i + 1));
    const std::string finish = visitor.shake_all_but_finish();
    ASSERT_FALSE(finish.empty()) << i;
    const double evicted = handshakes("evicted");
    connect_more(12);  // it is older than each of those who are left
    wait_until([&] { return handshakes("evicted") >= evicted + 64; });
    visitor.send(finish + visitor.seal(get("/visitor")));
    EXPECT_TRUE(visitor.read_until("/visitor").ends_with("/visitor")) << i;
  }
  EXPECT_EQ(handshakes("refused"), 0);
}

TEST_F(TlsLimitsTest, AFailedHandshakeFreesItsPlaceAtOnce) {  // G-23
  ServerOptions with = options();
  with.limits.handshakes_max = 2;
  RunningServer& server = start(with);
  RawClient waits(server->tls_port());
  std::vector<std::unique_ptr<RawClient>> failed;
  for (int i = 0; i < 5; ++i) {
    failed.push_back(std::make_unique<RawClient>(server->tls_port()));
    failed.back()->send(get("/"));
    wait_until([&] { return handshakes("failed") == i + 1; });
  }
  EXPECT_EQ(open_connections(), 6) << "they linger, so that what says why is read";
  EXPECT_EQ(handshakes("evicted"), 0);
}

// The round trip of this visitor takes longer than a moment. It is not idle meanwhile.
TEST_F(TlsLimitsTest, AFullServerClosesIdleConnectionsBeforeHandshakes) {  // G-13
  ServerOptions with = options();
  with.limits.connections_max = 64;
  RunningServer& server = start(with);
  std::vector<std::unique_ptr<RawClient>> kept;
  const auto open_kept = [&] {
    kept.push_back(std::make_unique<RawClient>(server.port(), 0, "127.0.2." + std::to_string(kept.size() / 4 + 1)));
    kept.back()->send(get("/"));
    ASSERT_TRUE(kept.back()->read_answer());
  };
  while (kept.size() < 63) open_kept();
  const std::int64_t rested_us = system_clock().steady_us() + 1'000'000;  // then all of them are idle
  wait_until([&] { return system_clock().steady_us() > rested_us; });
  SteppedClient visitor(server->tls_port(), "127.0.1.1");
  const std::string finish = visitor.shake_all_but_finish();
  ASSERT_FALSE(finish.empty());
  const std::int64_t round_trip_us = system_clock().steady_us() + 250'000;
  wait_until([&] { return system_clock().steady_us() > round_trip_us; });
  for (int i = 0; i < 30; ++i) open_kept();
  visitor.send(finish + visitor.seal(get("/visitor")));
  EXPECT_TRUE(visitor.read_until("/visitor").ends_with("/visitor"));
  EXPECT_GT(metric(metrics_, "footfall_http_connections_evicted_total{full=\"connections\",server=\"test\"}"), 20);
}

TEST_F(TlsLimitsTest, PartOfARecordHasTheDeadlineOfAHeaderBlock) {  // G-14
  ServerOptions with = options();
  with.limits.header_ms = 400;
  RunningServer& server = start(with);
  SteppedClient client(server->tls_port());
  client.ask(get("/first"));
  client.read_until("/first");
  const std::string record = client.seal(std::string(16'000, 'x'));
  const std::int64_t from_us = system_clock().steady_us();
  std::size_t sent = 0;
  while (timeouts("header") == 0 && sent < record.size()) {
    client.send(record.substr(sent++, 1));
    EXPECT_FALSE(client.raw().is_closed_within(20) && timeouts("header") == 0);
    if (system_clock().steady_us() - from_us > 20'000'000) break;
  }
  EXPECT_EQ(timeouts("header"), 1);
  EXPECT_LT(system_clock().steady_us() - from_us, 15'000'000);
}

TEST_F(TlsLimitsTest, WhatIsNoRequestKeepsNoConnectionOpen) {  // G-14
  ServerOptions with = options();
  with.limits.idle_ms = 500;
  RunningServer& server = start(with);
  SteppedClient client(server->tls_port());
  client.ask(get("/first"));
  client.read_until("/first");
  const std::int64_t from_us = system_clock().steady_us();
  while (timeouts("idle") == 0 && system_clock().steady_us() - from_us < 20'000'000) {
    client.send(client.seal_key_update());
    client.raw().is_closed_within(50);
  }
  EXPECT_EQ(timeouts("idle"), 1);
  EXPECT_LT(system_clock().steady_us() - from_us, 15'000'000);
}

// A record of 16 KiB takes longer to come than the grace that a body's rate has.
TEST_F(TlsLimitsTest, ASlowBodyInALongRecordIsTaken) {
  RunningServer& server = start(options());
  SteppedClient client(server->tls_port());
  const std::string request = post("/slow", std::string(16'000, 'b'));
  const std::size_t head = request.size() - 16'000;
  client.ask(request.substr(0, head));
  const std::string record = client.seal(request.substr(head));
  const std::int64_t from_us = system_clock().steady_us();
  for (std::size_t i = 0; i < 12; ++i) {
    client.send(record.substr(i * 1'250, 1'250));
    const std::int64_t next_us = from_us + static_cast<std::int64_t>(i + 1) * 250'000;
    wait_until([&] { return system_clock().steady_us() > next_us; });
  }
  client.send(record.substr(15'000));
  EXPECT_TRUE(client.read_until("/slow").ends_with("/slow"));
}

// Halves of records are counted as buffers of requests are.
TEST_F(TlsLimitsTest, PartsOfRecordsAreBounded) {  // G-21
  ServerOptions with = options();
  with.limits.buffer_bytes_max = 100'000;
  RunningServer& server = start(with);
  std::vector<std::unique_ptr<SteppedClient>> clients;
  for (int i = 0; i < 12; ++i) {
    clients.push_back(std::make_unique<SteppedClient>(server->tls_port()));
    SteppedClient& client = *clients.back();
    client.ask(get("/first"));
    client.read_until("/first");
    client.send(client.seal(std::string(16'000, 'x')).substr(0, 15'000));
  }
  wait_until([&] {
    return metric(metrics_, "footfall_http_connections_evicted_total{full=\"buffers\",server=\"test\"}") >= 6;
  });
}

TEST_F(TlsLimitsTest, AClientsHandshakesAreBounded) {
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

}  // namespace
}  // namespace footfall::http
