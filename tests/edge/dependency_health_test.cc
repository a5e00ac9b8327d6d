// What readiness says of Redis, core and the clock (PROTOCOL.md 8).
#include "edge/dependency_health.h"

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

class DependencyHealthTest : public testing::Test {
 protected:
  TwoClocks clock;
  TimeOfRedis redis;
  Metrics metrics;
  DependencyHealth health{redis, {}, clock, metrics};
};

TEST_F(DependencyHealthTest, BeforeTheFirstAnswerTheClockCountsAsRight) {
  EXPECT_FALSE(health.redis_is_up());
  EXPECT_FALSE(health.core_is_up());
  EXPECT_EQ(health.clock_difference_us(), 0);
  redis.away = true;
  health.check_redis();
  EXPECT_EQ(health.clock_difference_us(), 0);
}

TEST_F(DependencyHealthTest, TellsTheDifference) {
  clock.wall += 61'000'000;
  health.check_redis();
  EXPECT_TRUE(health.redis_is_up());
  EXPECT_EQ(health.clock_difference_us(), 61'000'000);
  EXPECT_NE(metrics.expose().find("footfall_edge_clock_difference_seconds 61"), std::string::npos);
}

TEST_F(DependencyHealthTest, AClockThatJumpsWhileRedisIsAwayIsSeen) {
  health.check_redis();
  redis.away = true;
  health.check_redis();
  EXPECT_FALSE(health.redis_is_up());
  clock.pass(3'600'000'000);
  EXPECT_EQ(health.clock_difference_us(), 0) << "time has passed, on both clocks";
  clock.wall -= 120'000'000;
  EXPECT_EQ(health.clock_difference_us(), -120'000'000);
  clock.wall += 120'000'000;
  EXPECT_EQ(health.clock_difference_us(), 0);
}

TEST_F(DependencyHealthTest, AnyAnswerOfCoreIsASignOfLife) {
  http::ScriptHandler handler;
  handler.on_host = [](std::string_view) { return false; };
  std::uint16_t port = 0;
  {
    http::RunningServer core(http::local_options(), handler, metrics);
    port = core.port();
    http::ClientOptions options;
    options.port = port;
    Metrics other;
    DependencyHealth near(redis, options, clock, other);
    near.check_core();
    EXPECT_TRUE(near.core_is_up());
    core.end();
    near.check_core();
    EXPECT_FALSE(near.core_is_up());
  }
}

}  // namespace
}  // namespace footfall::edge
