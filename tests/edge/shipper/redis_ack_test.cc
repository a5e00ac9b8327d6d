// ack = redis: PROTOCOL.md 5, log and shipper together over a fake Redis.
#include <gtest/gtest.h>

#include "edge/log/memory_click_log.h"
#include "edge/shipper/messages.h"
#include "tests/edge/shipper/world.h"

namespace footfall::edge {
namespace {

struct DisklessEdge {
  explicit DisklessEdge(FakeServer& server, std::int64_t replicas = 0)
      : log(log_options(), LogLife::shared_clock(), metrics,
            [this](unsigned, std::uint64_t ticket, bool safe) { decided[ticket] = safe; }),
        redis(server),
        shipper(shipper_options(replicas), log.reader(), redis, LogLife::shared_clock(), metrics) {}

  static LogOptions log_options() {
    LogOptions options;
    options.ack = Ack::redis;
    options.memory_bytes_max = 8 << 20;
    return options;
  }
  static ShipperOptions shipper_options(std::int64_t replicas) {
    ShipperOptions options;
    options.edge_name = kEdgeName;
    options.acknowledge = true;
    options.wait_replicas = replicas;
    options.linger_us = 0;
    return options;
  }
  void click(std::uint64_t ticket) {
    OpenBatch batch = log.take_empty(0);
    batch.clicks = encoded_click(ticket);
    batch.count = 1;
    batch.ticket = ticket;
    log.submit(0, std::move(batch));
  }
  void step(std::int64_t us = 100'000) {
    LogLife::shared_clock().advance_us(us);
    log.wait_beyond(0, 0);
    shipper.step();
  }

  Metrics metrics;
  std::map<std::uint64_t, bool> decided;
  MemoryClickLog log;
  FakeRedis redis;
  Shipper shipper;
};

TEST(RedisAck, rule_05_an_answer_leaves_after_the_acknowledged_xadd) {
  FakeServer server;
  DisklessEdge edge(server);
  EXPECT_FALSE(edge.log.accepts()) << "not before Redis was asked";
  edge.step();
  ASSERT_TRUE(edge.log.accepts());
  edge.click(1);
  EXPECT_TRUE(edge.decided.empty());
  edge.step();
  EXPECT_EQ(edge.decided, (std::map<std::uint64_t, bool>{{1, true}}));
  EXPECT_EQ(server.streams.size(), 1u);
}

TEST(RedisAck, rule_05_refuses_a_redis_that_may_forget) {
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"appendonly", "no"}, {"appendfsync", "everysec"}, {"maxmemory-policy", "allkeys-lru"}}) {
    FakeServer server;
    server.settings[name] = value;
    FakeRedis redis(server);
    const auto kept = check_redis_durability(redis);
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().kind, ErrorKind::invalid);
    EXPECT_NE(kept.error().message.find(name), std::string::npos);
    DisklessEdge edge(server);
    edge.step();
    EXPECT_FALSE(edge.log.accepts());
  }
  FakeServer fit;
  FakeRedis redis(fit);
  EXPECT_TRUE(check_redis_durability(redis));
  redis.fault = [](const redis::Arguments&) { return "down"; };
  EXPECT_EQ(check_redis_durability(redis).error().kind, ErrorKind::unavailable);
}

TEST(RedisAck, rule_05_asks_again_after_a_broken_connection) {
  FakeServer server;
  DisklessEdge edge(server);
  edge.step();
  ASSERT_TRUE(edge.log.accepts());
  edge.redis.fault = [](const redis::Arguments&) { return "down"; };
  edge.step();
  EXPECT_FALSE(edge.log.accepts());
  edge.redis.fault = nullptr;
  server.settings["appendfsync"] = "no";  // another server answers now
  edge.step();
  EXPECT_FALSE(edge.log.accepts());
}

TEST(RedisAck, rule_05_waits_for_as_many_replicas_as_were_asked_for) {
  FakeServer server;
  server.replicas = 0;
  DisklessEdge edge(server, 1);
  edge.step();
  edge.click(1);
  edge.step();
  EXPECT_TRUE(edge.decided.empty());
  EXPECT_FALSE(edge.log.accepts());
  server.replicas = 1;
  edge.step();
  EXPECT_EQ(edge.decided, (std::map<std::uint64_t, bool>{{1, true}}));
  EXPECT_TRUE(edge.log.accepts());
}

TEST(RedisAck, rule_05_a_flush_loses_nothing_that_is_still_in_memory) {
  FakeServer server;
  FakeDatabase database;
  FakeIngest ingest(server, database);
  DisklessEdge edge(server);
  edge.step();
  for (std::uint64_t ticket = 1; ticket <= 10; ++ticket) edge.click(ticket);
  edge.step();
  ASSERT_EQ(edge.decided.size(), 10u);
  server.streams.clear();
  server.hashes.clear();
  for (int i = 0; i < 30; ++i) {
    edge.step();
    ingest.run(kEdgeName);
  }
  ASSERT_EQ(database.rows.size(), 1u);
  EXPECT_EQ(database.rows.begin()->second.position, 10u);
}

TEST(RedisAck, rule_05_what_was_acknowledged_stays_in_the_stream_until_it_is_stored) {
  FakeServer server;
  DisklessEdge edge(server);
  edge.step();
  edge.click(1);
  edge.step();
  FakeDatabase database;
  FakeIngest ingest(server, database);
  ++database.rows[edge.log.reader().incarnations().back().id].nonce;
  ingest.publish();  // asks for a resend: a new generation
  edge.step();
  for (const std::string& command : edge.redis.seen) EXPECT_FALSE(command.starts_with("XTRIM")) << command;
}

TEST(RedisAck, rule_05_after_a_restart_the_rest_is_shipped_and_the_forgotten_declared) {
  FakeServer server;
  FakeDatabase database;
  FakeIngest ingest(server, database);
  wire::Incarnation earlier;
  {
    DisklessEdge edge(server);
    edge.step();
    earlier = edge.log.reader().incarnations().back().id;
    for (std::uint64_t ticket = 1; ticket <= 4; ++ticket) {
      edge.click(ticket);
      edge.step();
    }
    ingest.run(kEdgeName, 2);
    edge.step();  // the head that is announced: 4
  }
  // Of 3 and 4, which are not stored, Redis loses 3.
  FakeStream& stream = server.streams[wire::clicks_stream_key(kEdgeName, earlier)];
  std::erase_if(stream.entries, [](const auto& entry) { return entry.first.minor == 3; });
  DisklessEdge edge(server);
  for (int i = 0; i < 150; ++i) {
    edge.step();
    ingest.run(kEdgeName);
  }
  const auto& runs = database.rows[earlier].runs;
  ASSERT_EQ(runs.size(), 4u);
  EXPECT_EQ(runs[2].reason, wire::VoidReason::forgotten);
  EXPECT_EQ(runs[3].reason, wire::VoidReason::none);
  EXPECT_EQ(runs[3].clicks.size(), 16u);
  EXPECT_FALSE(server.hashes[std::string(wire::kIncarnationsKey)].contains(earlier.hex()));
}

}  // namespace
}  // namespace footfall::edge
