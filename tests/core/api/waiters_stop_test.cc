// Calls that wait when the program stops, and calls that want to wait afterwards, are all answered. Neither server of
// these tests exists, so nothing else ends a wait.
#include <gtest/gtest.h>

#include <atomic>

#include "core/api/click_waiter.h"
#include "core/api/delivery_waiter.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kLongMs = 3'600'000;
const std::string kNoPostgres = "postgresql://nobody@127.0.0.1:1/nothing";

TEST(WaitersStop, CallsThatWaitForAClickAreTimedOut) {
  Metrics metrics;
  ClickWaiterOptions options{kNoPostgres, *redis::parse_url("redis://127.0.0.1:1")};
  options.bound_ms = kLongMs;
  ClickWaiter waiter(options, system_clock(), metrics);
  std::atomic<int> timed_out = 0;
  const auto count = [&](ClickWait outcome) { timed_out += outcome == ClickWait::timed_out ? 1 : 0; };
  for (int i = 0; i < 3; ++i) waiter.wait_for(wire::ClickId{}, count);
  EXPECT_EQ(timed_out, 0);
  waiter.stop();
  EXPECT_EQ(timed_out, 3);
  waiter.wait_for(wire::ClickId{}, count);
  EXPECT_EQ(timed_out, 4);
  waiter.stop();
}

TEST(WaitersStop, CallsThatWaitForADeliveryAreCalled) {
  Metrics metrics;
  DeliveryWaiterOptions options{kNoPostgres};
  options.bound_us = kLongMs * 1'000;
  DeliveryWaiter waiter(options, system_clock(), metrics);
  std::atomic<int> called = 0;
  for (int i = 0; i < 3; ++i) waiter.wait_for("whd_none", [&] { ++called; });
  EXPECT_EQ(called, 0);
  waiter.stop();
  EXPECT_EQ(called, 3);
  waiter.wait_for("whd_none", [&] { ++called; });
  EXPECT_EQ(called, 4);
  waiter.stop();
}

}  // namespace
}  // namespace footfall::core
