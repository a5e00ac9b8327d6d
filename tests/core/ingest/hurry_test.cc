// PROTOCOL.md 12: ingest waits for entries without polling, and hurries when a tick says that a conversion waits.
#include <gtest/gtest.h>

#include "proto/base/lifecycle.h"
#include "tests/core/ingest/rig.h"

namespace footfall::core::testing {
namespace {

// The rig's day, at the pace of real time: for an owner that runs on a thread of its own.
class RunningClock : public Clock {
 public:
  explicit RunningClock(std::int64_t wall_us) : wall_us_(wall_us) {}
  std::int64_t wall_us() const override { return wall_us_; }
  std::int64_t steady_us() const override { return system_clock().steady_us(); }
  void sleep_us(std::int64_t) const override {}  // nobody sleeps by it here

 private:
  const std::int64_t wall_us_;
};

TEST(Hurry, rule_12_AnEntryIsStoredAsItComesAndATickEndsThePauseInWhichTheyAreGathered) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(2);
  edge.send_heartbeat();
  ASSERT_TRUE(rig.watermark_publisher->run_once());  // writes the stream's row
  const RunningClock clock(rig.clock.wall);
  StreamOwnerOptions options;
  options.postgres_url = rig.url;
  options.redis = redis_options();
  options.poll_us = 3'600'000'000;
  options.lag = &ingest_lag(rig.metrics, "running");
  StreamOwner owner(options, *rig.rules, clock, rig.probe);
  ASSERT_TRUE(eventually([&] { return !owner.run_once() && owner.owned() == 1; }));
  Worker thread("owner", [&](const std::stop_token& stop) { owner.run(stop); });
  edge.ship(1, 1);
  EXPECT_TRUE(eventually([&] { return rig.clicks() == 1; }));
  edge.ship(2, 2);
  EXPECT_TRUE(eventually([&] {
    rig.redis->command({"XADD", wire::kTicksKey, "*", "t", "1"});
    return rig.clicks() == 2;
  })) << "the pause lasts an hour";
}

}  // namespace
}  // namespace footfall::core::testing
