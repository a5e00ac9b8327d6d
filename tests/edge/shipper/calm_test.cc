// An edge at which nothing moves speaks to Redis less often, and in one round trip; and it is awake at once.
#include <gtest/gtest.h>

#include <algorithm>

#include "edge/shipper/heartbeats.h"
#include "tests/edge/shipper/world.h"

namespace footfall::edge {
namespace {

constexpr std::int64_t kStepUs = 10'000;

// Steps of 10 ms for so long; how many heartbeats were written in them.
int beats_in(World& world, std::int64_t us) {
  auto& seen = world.edge->redis.seen;
  seen.clear();
  for (std::int64_t passed_us = 0; passed_us < us; passed_us += kStepUs) world.edge->step(kStepUs);
  return static_cast<int>(std::count(seen.begin(), seen.end(), "HSET " + std::string(wire::kIncarnationsKey)));
}

// All that was clicked is stored, and core has said so, more than a second ago.
void let_it_be_calm(World& world) {
  ASSERT_TRUE(world.settle());
  beats_in(world, 2'000'000);
}

TEST(CalmShipper, speaks_every_300_ms_in_one_round_trip) {
  World world;
  world.click();
  EXPECT_GE(beats_in(world, 3'000'000), 29) << "as long as a click is not stored";
  let_it_be_calm(world);
  const int before = world.edge->redis.round_trips;
  const int beats = beats_in(world, 3'000'000);
  EXPECT_GE(beats, 9);
  EXPECT_LE(beats, 11);
  EXPECT_EQ(world.edge->redis.round_trips - before, beats);
}

TEST(CalmShipper, is_awake_as_soon_as_there_is_a_click) {
  World world;
  let_it_be_calm(world);
  beats_in(world, 90'000);
  world.click();
  EXPECT_GE(beats_in(world, 200'000), 2);
  EXPECT_EQ(heartbeat_of(world, world.edge->log.id).head, 1u);
  EXPECT_EQ(world.own_stream()->entries.size(), 1u);
}

TEST(CalmShipper, rule_12_a_tick_that_it_was_told_of_is_echoed_at_once) {
  World world;
  let_it_be_calm(world);
  world.server.strings[std::string(wire::kTickKey)] = "41";
  world.edge->shipper.beat_soon();
  world.edge->step(kStepUs);
  EXPECT_EQ(heartbeat_of(world, world.edge->log.id).tick, 41u);
}

TEST(CalmShipper, rule_12_a_tick_that_it_was_not_told_of_is_echoed_soon_after_it_was_read) {
  World world;
  let_it_be_calm(world);
  world.server.strings[std::string(wire::kTickKey)] = "41";
  beats_in(world, kCalmHeartbeatIntervalUs + 2 * kStepUs);
  EXPECT_EQ(heartbeat_of(world, world.edge->log.id).tick, 41u);
}

// The round that reads a tick together with what it writes has sampled its head before, so it must not echo that tick.
TEST(CalmShipper, rule_12_the_head_is_sampled_after_the_tick_that_it_bears_was_read) {
  World world;
  let_it_be_calm(world);
  world.server.strings[std::string(wire::kTickKey)] = "41";
  bool clicked = false;
  world.edge->redis.fault = [&](const redis::Arguments& arguments) {
    if (arguments[0] == "GET" && !std::exchange(clicked, true)) world.click();
    return "";
  };
  for (int i = 0; i < 100; ++i) {
    world.edge->step(kStepUs);
    const wire::Heartbeat beat = heartbeat_of(world, world.edge->log.id);
    EXPECT_TRUE(beat.tick != 41 || beat.head == 1);
  }
  EXPECT_TRUE(clicked);
  EXPECT_EQ(heartbeat_of(world, world.edge->log.id).tick, 41u);
}

TEST(CalmShipper, a_redis_that_refuses_or_is_away_is_noticed_and_tried_ten_times_a_second) {
  for (const char* what : {"down", "OOM command not allowed"}) {
    World world;
    let_it_be_calm(world);
    world.edge->redis.fault = [&](const redis::Arguments& arguments) { return arguments[0] == "HSET" ? what : ""; };
    beats_in(world, kCalmHeartbeatIntervalUs + kStepUs);
    EXPECT_FALSE(world.edge->shipper.redis_works()) << what;
    const int before = world.edge->redis.round_trips;
    beats_in(world, 1'000'000);
    EXPECT_GE(world.edge->redis.round_trips - before, 10) << what;
    world.edge->redis.fault = nullptr;
    beats_in(world, 100'000);
    EXPECT_TRUE(world.edge->shipper.redis_works()) << what;
  }
}

TEST(CalmShipper, rule_09_a_database_that_went_back_is_served_again) {
  World world;
  for (int i = 0; i < 20; ++i) world.click();
  ASSERT_TRUE(world.settle());
  const FakeDatabase backup = world.database;
  for (int i = 0; i < 20; ++i) world.click();
  let_it_be_calm(world);
  world.database = backup;
  world.ingest.restart();
  EXPECT_TRUE(world.settle());
  EXPECT_EQ(world.audit(), "");
}

}  // namespace
}  // namespace footfall::edge
