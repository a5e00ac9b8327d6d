// What readiness says of Redis, core and the clock (PROTOCOL.md 8).
#include "edge/neighbours.h"

#include <gtest/gtest.h>

#include "tests/proto/http/test_server.h"

namespace footfall::edge {
namespace {

class TwoClocks : public Clock {
 public:
  std::int64_t wall_us() const override { return wall; }
  std::int64_t steady_us() const override { return steady; }
  void sleep_us(std::int64_t) const override {}
  void pass(std::int64_t us) {
    wall += us;
    steady += us;
  }
  std::int64_t wall = 1'800'000'000'000'000;
  std::int64_t steady = 5'000'000;
};

class TimeOfRedis : public redis::Redis {
 public:
  Result<redis::Reply> command(const redis::Arguments&, std::int64_t) override {
    if (away) return unavailable(ErrorSource::redis, "away");
    redis::Reply reply;
    reply.kind = redis::Reply::Kind::array;
    reply.elements.resize(2);
    reply.elements[0].text = std::to_string(time_us / 1'000'000);
    reply.elements[1].text = std::to_string(time_us % 1'000'000);
    return reply;
  }
  Result<std::vector<redis::Reply>> pipeline(std::span<const redis::Arguments>) override { return {}; }
  bool connected() const override { return !away; }
  std::int64_t time_us = 1'800'000'000'000'000;
  bool away = false;
};

class NeighboursTest : public testing::Test {
 protected:
  TwoClocks clock;
  TimeOfRedis redis;
  Metrics metrics;
  Neighbours neighbours{redis, {}, clock, metrics};
};

TEST_F(NeighboursTest, BeforeTheFirstAnswerTheClockCountsAsRight) {
  EXPECT_FALSE(neighbours.redis_is_there());
  EXPECT_FALSE(neighbours.core_is_there());
  EXPECT_EQ(neighbours.clock_difference_us(), 0);
  redis.away = true;
  neighbours.ask_redis();
  EXPECT_EQ(neighbours.clock_difference_us(), 0);
}

TEST_F(NeighboursTest, TellsTheDifference) {
  clock.wall += 61'000'000;
  neighbours.ask_redis();
  EXPECT_TRUE(neighbours.redis_is_there());
  EXPECT_EQ(neighbours.clock_difference_us(), 61'000'000);
  EXPECT_NE(metrics.expose().find("footfall_edge_clock_difference_seconds 61"), std::string::npos);
}

TEST_F(NeighboursTest, AClockThatJumpsWhileRedisIsAwayIsSeen) {
  neighbours.ask_redis();
  redis.away = true;
  neighbours.ask_redis();
  EXPECT_FALSE(neighbours.redis_is_there());
  clock.pass(3'600'000'000);
  EXPECT_EQ(neighbours.clock_difference_us(), 0) << "time has passed, on both clocks";
  clock.wall -= 120'000'000;
  EXPECT_EQ(neighbours.clock_difference_us(), -120'000'000);
  clock.wall += 120'000'000;
  EXPECT_EQ(neighbours.clock_difference_us(), 0);
}

TEST_F(NeighboursTest, AnyAnswerOfCoreIsASignOfLife) {
  http::ScriptHandler handler;
  handler.on_host = [](std::string_view) { return false; };
  std::uint16_t port = 0;
  {
    http::RunningServer core(http::local_options(), handler, metrics);
    port = core.port();
    http::ClientOptions options;
    options.port = port;
    Metrics other;
    Neighbours near(redis, options, clock, other);
    near.ask_core();
    EXPECT_TRUE(near.core_is_there());
    core.end();
    near.ask_core();
    EXPECT_FALSE(near.core_is_there());
  }
}

}  // namespace
}  // namespace footfall::edge
