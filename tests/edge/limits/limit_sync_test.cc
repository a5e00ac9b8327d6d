// Counts shared between edges, and without Redis (PROTOCOL.md 17).
#include "edge/limits/limit_sync.h"

#include <gtest/gtest.h>

#include "proto/wire/streams.h"
#include "tests/edge/limits/fake_redis.h"

namespace footfall::edge {
namespace {

constexpr wire::KeyId kKey{42};

// One edge process.
struct Edge {
  Edge(redis::Redis& redis, const HeldClock& time) : clock(time), sync(limits, redis, time, metrics) {}
  bool take(std::uint32_t limit) { return limits.take(kKey, limit, clock.now_ms).allowed; }
  int take_all(std::uint32_t limit) {
    int allowed = 0;
    while (take(limit)) ++allowed;
    return allowed;
  }

  const HeldClock& clock;
  Metrics metrics;
  KeyLimits limits{64, metrics};
  LimitSync sync;
};

class LimitSyncTest : public testing::Test {
 protected:
  HeldClock clock;
  FakeRedis redis{clock};
  Edge a{redis, clock};
  Edge b{redis, clock};
};

TEST_F(LimitSyncTest, OneEdgeStaysExactWhateverItShares) {
  int allowed = 0;
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 7; ++i) allowed += a.take(50);
    clock.now_ms += kSyncIntervalMs;
    EXPECT_TRUE(a.sync.share());
  }
  EXPECT_EQ(allowed, 50);
  EXPECT_EQ(redis.count(wire::limit_key("clicks", "42")), 50);
  clock.now_ms += kWindowMs;
  EXPECT_EQ(a.take_all(50), 50);
}

TEST_F(LimitSyncTest, TwoEdgesShareOneWindow) {
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(a.take(10));
  EXPECT_TRUE(b.take(10));
  a.sync.share();
  b.sync.share();
  a.sync.share();
  EXPECT_EQ(a.take_all(10) + b.take_all(10), 2 * 3) << "each allows what is left until they share again";
  a.sync.share();
  b.sync.share();
  a.sync.share();
  EXPECT_FALSE(a.take(10));
  EXPECT_FALSE(b.take(10));
}

TEST_F(LimitSyncTest, TheSecondJoinsTheFirstsWindow) {
  EXPECT_TRUE(a.take(1));
  a.sync.share();
  clock.now_ms += 30'000;
  EXPECT_TRUE(b.take(1)) << "it could not know yet";
  b.sync.share();
  const LimitDecision decision = b.limits.take(kKey, 1, clock.now_ms);
  EXPECT_FALSE(decision.allowed);
  EXPECT_EQ(decision.reset_ms, 30'000);
  clock.now_ms += 30'000;
  EXPECT_TRUE(b.take(1));
}

TEST_F(LimitSyncTest, WithRedisAwayEachEnforcesTheFullLimitAlone) {
  redis.away = true;
  EXPECT_EQ(a.take_all(10), 10);
  EXPECT_FALSE(a.sync.share());
  EXPECT_EQ(b.take_all(10), 10);
  EXPECT_FALSE(b.sync.share());
  redis.away = false;
  EXPECT_TRUE(a.sync.share());
  EXPECT_FALSE(a.take(10));
}

TEST_F(LimitSyncTest, ALostReplyIsNeverHeldAgainstUs) {
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(a.take(10));
  redis.loses_reply = true;
  a.sync.share();  // counted in Redis, but we were not told
  redis.loses_reply = false;
  a.sync.share();
  EXPECT_EQ(a.take_all(10), 6);
}

TEST_F(LimitSyncTest, AFlushedRedisForgetsOnlyTheOthers) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(a.take(10));
  a.sync.share();
  redis.flush();
  EXPECT_TRUE(a.take(10));
  a.sync.share();
  EXPECT_EQ(a.take_all(10), 4);
}

TEST_F(LimitSyncTest, ARedisThatRefusesIsAskedAgain) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(a.take(10));
  redis.full = true;
  a.sync.share();
  redis.full = false;
  a.sync.share();
  EXPECT_EQ(redis.count(wire::limit_key("clicks", "42")), 5);
}

TEST_F(LimitSyncTest, ADyingWindowIsNotJoined) {
  EXPECT_TRUE(a.take(5));
  a.sync.share();
  clock.now_ms += kWindowMs - 50;
  EXPECT_TRUE(b.take(5));
  b.sync.share();
  clock.now_ms += 100;
  EXPECT_EQ(b.take_all(5), 4) << "its own window goes on";
}

}  // namespace
}  // namespace footfall::edge
