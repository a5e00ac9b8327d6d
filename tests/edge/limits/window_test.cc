// Exactly N calls in 60 seconds from the first (PROTOCOL.md 17).
#include "edge/limits/window.h"

#include <gtest/gtest.h>

namespace footfall::edge {
namespace {

TEST(Window, AllowsExactlyNInTheMinuteThatBeginsWithTheFirst) {
  Window window;
  for (std::uint32_t i = 0; i < 5; ++i) {
    const WindowStep result = step(window, 0, 5, 1'000 + i);
    EXPECT_TRUE(result.decision.allowed);
    EXPECT_EQ(result.decision.remaining, 4 - i);
    window = result.next;
  }
  const WindowStep sixth = step(window, 0, 5, 1'010);
  EXPECT_FALSE(sixth.decision.allowed);
  EXPECT_EQ(sixth.decision.reset_ms, 1'000 + kWindowMs - 1'010);
  EXPECT_FALSE(step(sixth.next, 0, 5, 1'000 + kWindowMs - 1).decision.allowed);
  EXPECT_TRUE(step(sixth.next, 0, 5, 1'000 + kWindowMs).decision.allowed);
}

TEST(Window, ARefusalDoesNotProlongIt) {
  Window window = step({}, 0, 1, 0).next;
  for (int i = 1; i < 60; ++i) window = step(window, 0, 1, i * 1'000).next;
  EXPECT_TRUE(step(window, 0, 1, kWindowMs).decision.allowed);
}

TEST(Window, WhatOthersUsedIsUsed) {
  const Window window = step({}, 0, 10, 0).next;
  EXPECT_TRUE(step(window, 8, 10, 1).decision.allowed);
  EXPECT_FALSE(step(window, 9, 10, 1).decision.allowed);
  EXPECT_TRUE(step(window, 9, 10, kWindowMs).decision.allowed) << "theirs ended with the window";
}

TEST(Window, ZeroIsNoLimit) {
  EXPECT_TRUE(step({}, 0, 0, 0).decision.allowed);
  EXPECT_EQ(step({}, 0, 0, 0).next.count, 0u);
}

TEST(Window, RetryAfterIsWholeSecondsFromOneToSixty) {
  EXPECT_EQ((LimitDecision{false, 1, 0, 1}.retry_after_s()), 1);
  EXPECT_EQ((LimitDecision{false, 1, 0, 1'000}.retry_after_s()), 1);
  EXPECT_EQ((LimitDecision{false, 1, 0, 1'001}.retry_after_s()), 2);
  EXPECT_EQ((LimitDecision{false, 1, 0, kWindowMs}.retry_after_s()), 60);
  EXPECT_EQ((LimitDecision{false, 1, 0, kWindowMs + 300}.retry_after_s()), 60);
}

TEST(Window, PacksAndUnpacks) {
  const Window window{(1ll << 42) - 1, kCountMax};
  const Window back = Window::unpacked(window.packed());
  EXPECT_EQ(back.end_ms, window.end_ms);
  EXPECT_EQ(back.count, window.count);
}

}  // namespace
}  // namespace footfall::edge
