// PROTOCOL.md 12: Redis tells the waiter when to ask PostgreSQL, and PostgreSQL alone decides that a click is stored.
#include <gtest/gtest.h>

#include <atomic>

#include "core/api/click_waiter.h"
#include "core/ingest/watermarks.h"
#include "core/storage/settings.h"
#include "core/storage/streams.h"
#include "tests/core/ingest/rig.h"

namespace footfall::core::testing {
namespace {

constexpr std::uint64_t kAnyTick = 1'000'000;  // above all that a test raises

class ClickWaiterTest : public ::testing::Test {
 protected:
  // An edge with one click, which ingest has heard of and which is not stored yet.
  ClickWaiterTest() : edge_(rig_) {
    edge_.tick = kAnyTick;
    edge_.take(1);
    edge_.send_heartbeat();
    FOOTFALL_CHECK(rig_.watermark_publisher->run_once());
    options_ = {rig_.url, redis_options()};
  }

  // What Redis says of the edge's position, whatever is stored.
  void publish(std::uint64_t position) {
    auto streams = all_streams(rig_.database);
    auto identity = database_identity(rig_.database);
    FOOTFALL_CHECK(streams && streams->size() == 1 && identity);
    streams->front().position = position;
    FOOTFALL_CHECK(publish_watermarks(*rig_.redis, *streams, *identity));
  }

  ClickWait wait() {
    ClickWaiter waiter(options_, system_clock(), rig_.metrics);
    std::atomic outcome = ClickWait::not_asked;
    waiter.wait_for(edge_.clicks.front().id, [&](ClickWait ended) { outcome = ended; });
    EXPECT_TRUE(eventually([&] { return outcome != ClickWait::not_asked; }));
    waiter.stop();
    return outcome;
  }

  Rig rig_;
  TestEdge edge_;
  ClickWaiterOptions options_;
};

TEST_F(ClickWaiterTest, rule_12_AWatermarkAloneSettlesNothing) {
  publish(1);
  options_.bound_ms = 300;
  EXPECT_EQ(wait(), ClickWait::timed_out);
}

TEST_F(ClickWaiterTest, rule_12_WhatIsStoredSettlesAlsoWhenItsWatermarkWasLost) {
  edge_.ship(1, 1);
  rig_.run_rounds();
  ASSERT_EQ(rig_.clicks(), 1);
  publish(0);
  options_.bound_ms = 60'000;
  EXPECT_EQ(wait(), ClickWait::settled);
}

TEST_F(ClickWaiterTest, rule_12_AnEdgeThatTheOperatorRetiredIsNotWaitedFor) {
  ASSERT_TRUE(rig_.database.query("update streams set retired_at = now()", {}));
  options_.bound_ms = 60'000;
  EXPECT_EQ(wait(), ClickWait::unheard);
}

}  // namespace
}  // namespace footfall::core::testing
