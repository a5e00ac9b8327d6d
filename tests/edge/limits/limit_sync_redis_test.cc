// The script and its answer, as Redis itself has them (PROTOCOL.md 17).
#include <gtest/gtest.h>

#include "edge/limits/limit_sync.h"
#include "proto/wire/streams.h"
#include "tests/support/private_servers.h"

namespace footfall::edge {
namespace {

constexpr wire::KeyId kKey{42};

struct Edge {
  explicit Edge(std::uint16_t port) {
    redis::Options options;
    options.port = port;
    redis = redis::make_client(options);
    sync = std::make_unique<LimitSync>(limits, *redis, system_clock(), metrics);
  }
  bool take(std::uint32_t limit) { return limits.take(kKey, limit, system_clock().steady_us() / 1'000).allowed; }

  Metrics metrics;
  KeyLimits limits{64, metrics};
  std::unique_ptr<redis::Redis> redis;
  std::unique_ptr<LimitSync> sync;
};

TEST(LimitSyncRedis, TwoProcessesShareOneWindow) {
  support::PrivateRedis server;
  Edge a(server.port());
  Edge b(server.port());
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(a.take(10));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(b.take(10));
  ASSERT_TRUE(a.sync->share());
  ASSERT_TRUE(b.sync->share());
  ASSERT_TRUE(a.sync->share());

  const std::string key = wire::limit_key("clicks", "42");
  EXPECT_EQ(a.redis->command({"GET", key})->text, "7");
  const std::int64_t life_ms = a.redis->command({"PTTL", key})->integer;
  EXPECT_GT(life_ms, 0);
  EXPECT_LE(life_ms, kWindowMs);

  int allowed = 0;
  while (a.take(10)) ++allowed;
  EXPECT_EQ(allowed, 3);
  ASSERT_TRUE(a.sync->share());
  ASSERT_TRUE(b.sync->share());
  EXPECT_FALSE(b.take(10));
}

TEST(LimitSyncRedis, AServerThatIsAwayCostsNothingButSharing) {
  support::PrivateRedis server;
  Edge a(server.port());
  server.stop();
  EXPECT_TRUE(a.take(2));
  EXPECT_FALSE(a.sync->share());
  EXPECT_TRUE(a.take(2));
  EXPECT_FALSE(a.take(2));
}

}  // namespace
}  // namespace footfall::edge
