#include "edge/limits/key_limits.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

namespace footfall::edge {
namespace {

constexpr wire::KeyId kKey{7};

TEST(KeyLimits, NPassAndNPlusOneDoesNot) {
  Metrics metrics;
  KeyLimits limits(64, metrics);
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(limits.take(kKey, 1'000, 5'000 + i).allowed) << i;
  const LimitDecision refused = limits.take(kKey, 1'000, 6'000);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.limit, 1'000u);
  EXPECT_EQ(refused.retry_after_s(), 59);
  EXPECT_TRUE(limits.take(kKey, 1'000, 5'000 + kWindowMs).allowed);
}

TEST(KeyLimits, EachKeyHasItsOwn) {
  Metrics metrics;
  KeyLimits limits(64, metrics);
  EXPECT_TRUE(limits.take(wire::KeyId{1}, 1, 0).allowed);
  EXPECT_FALSE(limits.take(wire::KeyId{1}, 1, 0).allowed);
  EXPECT_TRUE(limits.take(wire::KeyId{2}, 1, 0).allowed);
}

TEST(KeyLimits, ALimitThatIsRaisedHoldsAtOnce) {
  Metrics metrics;
  KeyLimits limits(64, metrics);
  EXPECT_TRUE(limits.take(kKey, 1, 0).allowed);
  EXPECT_FALSE(limits.take(kKey, 1, 0).allowed);
  EXPECT_TRUE(limits.take(kKey, 2, 0).allowed);
  EXPECT_TRUE(limits.take(kKey, 0, 0).allowed);
}

TEST(KeyLimits, ExactAcrossWorkers) {
  Metrics metrics;
  KeyLimits limits(64, metrics);
  std::atomic<int> allowed{0};
  std::vector<std::thread> workers;
  for (int worker = 0; worker < 4; ++worker) {
    workers.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) allowed += limits.take(kKey, 12'345, 100).allowed;
    });
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(allowed.load(), 12'345);
}

TEST(KeyLimits, EachKeyWithAnOpenWindowIsVisitedOnceWhicheverWorkersItCameTo) {
  constexpr std::uint64_t kKeys = 1'000;
  Metrics metrics;
  KeyLimits limits(4 * kKeys, metrics);
  std::vector<std::thread> workers;
  for (int worker = 0; worker < 4; ++worker) {
    workers.emplace_back([&] {
      for (std::uint64_t key = 1; key <= kKeys; ++key) limits.take(wire::KeyId{key}, 100, 0);
    });
  }
  for (std::thread& worker : workers) worker.join();
  std::multiset<std::uint64_t> visited;
  limits.for_each_open(0, [&](const KeyLimits::Usage& usage) {
    visited.insert(usage.key.value);
    EXPECT_EQ(usage.window.count, 4u);
  });
  EXPECT_EQ(visited.size(), kKeys);
  EXPECT_EQ(std::set<std::uint64_t>(visited.begin(), visited.end()).size(), kKeys);
  int open = 0;
  limits.for_each_open(60'001, [&](const KeyLimits::Usage&) { ++open; });
  EXPECT_EQ(open, 0);
}

TEST(KeyLimits, AKeyWithoutRoomIsNotLimitedButCounted) {
  Metrics metrics;
  KeyLimits limits(2, metrics);
  for (std::uint64_t key = 1; key <= 3; ++key) EXPECT_TRUE(limits.take(wire::KeyId{key}, 1, 0).allowed);
  int refused = 0;
  for (std::uint64_t key = 1; key <= 3; ++key) refused += !limits.take(wire::KeyId{key}, 1, 0).allowed;
  EXPECT_EQ(refused, 2);
  EXPECT_EQ(metrics
                .counter("footfall_edge_limit_untracked_total",
                         "Requests of public keys that found no room in the table of limits")
                .value(),
            2u);
}

}  // namespace
}  // namespace footfall::edge
