// When requests are left to gather, in cases and in a model of a server over a log.
#include "proto/http/wake_up_delay.h"

#include <gtest/gtest.h>

namespace footfall::http {
namespace {

TEST(WakeUpDelay, WaitsWhereManyAreExpected) {
  WakeUpDelay delay;
  delay.begin(1'000'000, 0);
  delay.begin(1'000'150, 0);
  // Five came in 150 µs, and 120 have passed: nine are expected in the rest of the cycle.
  EXPECT_EQ(delay.delay_us(1'000'270, 5), WakeUpDelay::kCycleUs - 120);
}

TEST(WakeUpDelay, DoesNotWaitForWhoIsAlone) {
  WakeUpDelay delay;
  delay.begin(1'000'000, 7);
  delay.begin(1'000'150, 7);
  EXPECT_EQ(delay.delay_us(1'000'270, 8), 0);
  delay.begin(9'000'000, 8);  // many at once, after a long silence
  EXPECT_EQ(delay.delay_us(9'000'120, 200), 0);
}

TEST(WakeUpDelay, DoesNotWaitWhenTheCycleIsOver) {
  WakeUpDelay delay;
  delay.begin(1'000'000, 0);
  delay.begin(1'000'700, 0);
  EXPECT_EQ(delay.delay_us(1'000'700 + WakeUpDelay::kCycleUs, 64), 0);
}

// Evenly arriving requests: the cycle settles, and a request never waits for a look longer than a cycle.
TEST(WakeUpDelay, SettlesAtTheRateThatComes) {
  constexpr std::int64_t kSyncUs = 120;
  for (const std::int64_t per_s : {500, 5'000, 30'000, 100'000}) {
    WakeUpDelay delay;
    std::int64_t now_us = 1'000'000;
    std::uint64_t handled = 0;
    std::int64_t looks = 0;
    for (; now_us < 2'000'000; ++looks) {
      const std::int64_t looked_us = now_us;
      delay.begin(now_us, handled);
      handled = static_cast<std::uint64_t>((now_us - 1'000'000) * per_s / 1'000'000);
      now_us += kSyncUs;
      now_us += delay.delay_us(now_us, handled);
      ASSERT_LE(now_us - looked_us, WakeUpDelay::kCycleUs);
    }
    SCOPED_TRACE(per_s);
    if (per_s <= 5'000) {
      EXPECT_GT(looks, 8'000);
    } else {
      EXPECT_LT(looks, 2'600);
    }
  }
}

}  // namespace
}  // namespace footfall::http
