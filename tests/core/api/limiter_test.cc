// PROTOCOL.md 17: exactly N in a window of 60 seconds, shared over Redis, each process alone without it.
#include "core/api/limiter.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/support/private_servers.h"
#include "tests/support/wait_until.h"

namespace footfall::core {
namespace {

class TestClock final : public Clock {
 public:
  std::int64_t wall_us() const override { return now_us; }
  std::int64_t steady_us() const override { return now_us; }
  void sleep_us(std::int64_t us) const override { now_us += us; }
  mutable std::int64_t now_us = 1'000'000;
};

TEST(LocalWindows, NAndNPlusOne) {
  TestClock clock;
  LocalWindows windows(clock);
  for (int i = 0; i < 3; ++i) {
    const LimitVerdict verdict = windows.take("a", 3);
    EXPECT_TRUE(verdict.allowed);
    EXPECT_EQ(verdict.remaining, 2 - i);
  }
  EXPECT_FALSE(windows.take("a", 3).allowed);
  EXPECT_TRUE(windows.take("b", 3).allowed);
}

TEST(LocalWindows, EndsSixtySecondsAfterItsFirstCall) {
  TestClock clock;
  LocalWindows windows(clock);
  EXPECT_TRUE(windows.take("a", 1).allowed);
  clock.now_us += 59'999'000;
  const LimitVerdict refused = windows.take("a", 1);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.reset_after_s, 1);
  clock.now_us += 1'000;
  EXPECT_TRUE(windows.take("a", 1).allowed);
}

TEST(LocalWindows, IsBounded) {
  TestClock clock;
  LocalWindows windows(clock);
  EXPECT_TRUE(windows.take("first", 1).allowed);
  for (std::size_t i = 0; i < LocalWindows::kSubjectsMax; ++i) windows.take("s" + std::to_string(i), 1);
  EXPECT_TRUE(windows.take("first", 1).allowed);  // its window was the oldest and had to go
}

TEST(LimiterRedis, TwoProcessesShareExactlyN) {
  support::PrivateRedis server;
  redis::Options options;
  options.port = server.port();
  TestClock clock;
  std::atomic<int> allowed{0};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      LocalWindows local(clock);
      const auto client = redis::make_client(options);
      Limiter limiter(*client, local);
      for (int i = 0; i < 100; ++i) allowed += limiter.take("zone", "key", 120).allowed ? 1 : 0;
    });
  }
  threads.clear();
  EXPECT_EQ(allowed, 120);
}

TEST(LimiterRedis, RefusalsSayWhenToComeBackAndDoNotProlongTheWindow) {
  support::PrivateRedis server;
  redis::Options options;
  options.port = server.port();
  TestClock clock;
  LocalWindows local(clock);
  const auto client = redis::make_client(options);
  Limiter limiter(*client, local);
  EXPECT_TRUE(limiter.take("zone", "key", 1).allowed);
  const LimitVerdict refused = limiter.take("zone", "key", 1);
  EXPECT_FALSE(refused.allowed);
  EXPECT_GE(refused.reset_after_s, 59);
  EXPECT_LE(refused.reset_after_s, 60);
  EXPECT_EQ(server.command("GET footfall:limit:zone:key"), "$1");
}

TEST(LimiterRedis, WithoutRedisTheProcessEnforcesTheFullLimitAlone) {
  support::PrivateRedis server;
  redis::Options options;
  options.port = server.port();
  TestClock clock;
  LocalWindows local(clock);
  const auto client = redis::make_client(options);
  Limiter limiter(*client, local);
  EXPECT_TRUE(limiter.take("zone", "key", 2).allowed);
  server.kill9();
  EXPECT_TRUE(limiter.take("zone", "key", 2).allowed);
  EXPECT_TRUE(limiter.take("zone", "key", 2).allowed);
  EXPECT_FALSE(limiter.take("zone", "key", 2).allowed);
  server.start();
  // The client pauses between its tries to connect.
  ASSERT_TRUE(support::wait_until([&client] { return client->command({"PING"}).has_value(); }));
  EXPECT_TRUE(limiter.take("zone", "key", 2).allowed);  // a fresh Redis: its own window begins
}

}  // namespace
}  // namespace footfall::core
