// COMMON.md D-51 and D-52.
#include "core/deliver/retry.h"

#include <gtest/gtest.h>

namespace footfall::core {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;

AttemptOutcome status_of(int status) { return {status, "", {}}; }

TEST(Retry, OnlyA2xxIsASuccess) {
  for (const int status : {200, 201, 204, 299})
    EXPECT_EQ(next_step(1, status_of(status), 0).verdict, Verdict::delivered);
  for (const int status : {0, 100, 301, 302, 400, 404, 429, 500, 503}) {
    EXPECT_EQ(next_step(1, status_of(status), 0).verdict, Verdict::retry) << status;
  }
}

TEST(Retry, TheScheduleAndItsEnd) {
  const std::int64_t expected_s[] = {5, 300, 1'800, 7'200, 18'000, 36'000, 50'400, 72'000, 86'400};
  for (int attempt = 1; attempt <= 9; ++attempt) {
    const NextStep next = next_step(attempt, status_of(500), 0);
    EXPECT_EQ(next.verdict, Verdict::retry);
    EXPECT_EQ(next.delay_us, expected_s[attempt - 1] * kSecondUs) << attempt;
  }
  EXPECT_EQ(next_step(10, status_of(500), 0).verdict, Verdict::given_up);
  EXPECT_EQ(next_step(11, status_of(500), 0).verdict, Verdict::given_up);
  EXPECT_EQ(next_step(10, status_of(200), 0).verdict, Verdict::delivered);
}

TEST(Retry, JitterMakesAPauseUpToATenthLonger) {
  std::int64_t longest = 0;
  for (std::uint64_t random = 0; random < 2'000'000; random += 997) {
    const std::int64_t delay = next_step(1, status_of(500), random).delay_us;
    EXPECT_GE(delay, 5 * kSecondUs);
    EXPECT_LE(delay, 5 * kSecondUs + kSecondUs / 2);
    longest = std::max(longest, delay);
  }
  EXPECT_GT(longest, 5 * kSecondUs + 4 * kSecondUs / 10);
}

TEST(Retry, RetryAfterMakesAPauseLongerNeverShorter) {
  EXPECT_EQ(next_step(1, {503, "", 120}, 0).delay_us, 120 * kSecondUs);
  EXPECT_EQ(next_step(3, {503, "", 120}, 0).delay_us, 1'800 * kSecondUs);
  EXPECT_EQ(next_step(1, {503, "", 10'000'000}, 0).delay_us, kRetryAfterMaxS * kSecondUs);
  EXPECT_EQ(next_step(1, {503, "", -5}, 0).delay_us, 5 * kSecondUs);
}

TEST(Retry, GoneEndsItAtOnce) {
  const NextStep next = next_step(1, status_of(410), 0);
  EXPECT_EQ(next.verdict, Verdict::given_up);
  EXPECT_TRUE(next.is_gone);
  EXPECT_FALSE(next_step(10, status_of(500), 0).is_gone);
}

TEST(Retry, AnEndpointThatFailsIsLeftInPeace) {
  for (const std::int64_t failures : {0, 1, 2}) EXPECT_EQ(endpoint_pause_us(failures), 0);
  EXPECT_EQ(endpoint_pause_us(3), 5 * kSecondUs);
  EXPECT_EQ(endpoint_pause_us(4), 10 * kSecondUs);
  EXPECT_EQ(endpoint_pause_us(12), 2'560 * kSecondUs);
  for (const std::int64_t failures : {13, 20, 1'000'000}) EXPECT_EQ(endpoint_pause_us(failures), 3'600 * kSecondUs);
}

TEST(Retry, WhatPeopleAreTold) {
  EXPECT_FALSE(error_word(status_of(200)).has_value());
  EXPECT_EQ(error_word(status_of(302)), "redirect");
  EXPECT_EQ(error_word(status_of(500)), "refused");
  EXPECT_EQ(error_word({0, "timeout", {}}), "timeout");
}

}  // namespace
}  // namespace footfall::core
