// The shipper over a real log on a faulty disk, a fake Redis and a fake ingest: each rule by
// itself.
#include <gtest/gtest.h>

#include <algorithm>

#include "edge/shipper/ship_decision.h"
#include "proto/wire/heartbeat.h"
#include "tests/edge/shipper/world.h"

namespace footfall::edge {
namespace {

std::uint64_t bytes_in(const FakeServer& server) {
  std::uint64_t bytes = 0;
  for (const auto& [key, stream] : server.streams) {
    for (const auto& [id, payload] : stream.entries) bytes += payload.size();
  }
  return bytes;
}

TEST(Shipper, ships_what_is_logged_and_it_is_stored) {
  World world;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(world.click(3));
  EXPECT_TRUE(world.settle());
  EXPECT_EQ(world.audit(), "");
  EXPECT_EQ(world.edge->metric("footfall_shipper_clicks_total"), 300);
  EXPECT_LE(world.edge->metric("footfall_shipper_entries_total"), 3) << "dozens to hundreds of clicks an entry";
}

TEST(Shipper, announces_a_head_that_was_sampled_after_the_tick_was_read) {
  World world;
  world.server.strings[std::string(wire::kTickKey)] = "41";
  world.edge->step();
  world.edge->redis.fault = [&](const redis::Arguments& arguments) {
    if (arguments[0] == "HMGET") world.click();  // after the tick was read
    return "";
  };
  world.edge->step();
  EXPECT_EQ(heartbeat_of(world, world.edge->log.id).tick, 41u);
  EXPECT_EQ(heartbeat_of(world, world.edge->log.id).head, 1u);
  EXPECT_EQ(heartbeat_of(world, world.edge->log.id).edge, kEdgeName);
  EXPECT_FALSE(heartbeat_of(world, world.edge->log.id).ended);
}

TEST(Shipper, rule_12_a_tick_that_it_is_told_of_is_echoed_at_once) {
  World world;
  const auto raise_tick = [&](const char* tick) {
    world.server.strings[std::string(wire::kTickKey)] = tick;
    world.edge->shipper.beat_soon();
  };
  world.edge->step();
  world.click();
  raise_tick("41");
  world.edge->step(10'000);
  EXPECT_EQ(heartbeat_of(world, world.edge->log.id).tick, 41u) << "long before the next heartbeat was due";
  EXPECT_EQ(heartbeat_of(world, world.edge->log.id).head, 1u);
  raise_tick("42");
  world.edge->step(Shipper::kHurriedBeatUs / 2);
  EXPECT_EQ(heartbeat_of(world, world.edge->log.id).tick, 41u) << "however many ticks there are, beats have a distance";
  world.edge->step(Shipper::kHurriedBeatUs);
  EXPECT_EQ(heartbeat_of(world, world.edge->log.id).tick, 42u);
}

TEST(Shipper, rule_01_older_incarnations_are_shipped_to_their_end_and_ended) {
  World world;
  for (int i = 0; i < 10; ++i) world.click();
  const wire::Incarnation old_id = world.edge->log.id;
  world.edge->step();
  ASSERT_TRUE(has_heartbeat(world, old_id));
  world.disk.kill_process();
  world.restart();
  world.click();
  world.edge->step();
  EXPECT_FALSE(heartbeat_of(world, old_id).ended) << "somebody may still be writing it";
  for (int i = 0; i < 11; ++i) world.edge->step();
  EXPECT_TRUE(heartbeat_of(world, old_id).ended);
  EXPECT_EQ(heartbeat_of(world, old_id).head, 10u);
  EXPECT_TRUE(world.settle());
  world.edge->step();
  EXPECT_FALSE(has_heartbeat(world, old_id)) << "ended and stored";
  EXPECT_TRUE(has_heartbeat(world, world.edge->log.id));
  EXPECT_EQ(world.audit(), "");
}

TEST(Shipper, rule_02_a_reply_that_was_lost_makes_no_second_copy) {
  World world;
  for (int i = 0; i < 5; ++i) world.click();
  bool lost = false;
  world.edge->redis.fault = [&](const redis::Arguments& arguments) -> std::string {
    if (arguments[0] != "XADD" || lost) return "";
    lost = true;
    return "lost";
  };
  world.edge->step();
  EXPECT_TRUE(lost);
  ASSERT_EQ(world.own_stream()->entries.size(), 1u);
  world.edge->step();
  EXPECT_EQ(world.own_stream()->entries.size(), 1u) << "refused, and that is a success";
  EXPECT_EQ(world.edge->metric("footfall_shipper_clicks_total"), 5);
  EXPECT_TRUE(world.settle());
  EXPECT_EQ(world.audit(), "");
}

TEST(Shipper, rule_02_after_a_flush_what_is_missing_is_shipped_again) {
  World world;
  for (int i = 0; i < 90; ++i) world.click();
  ASSERT_TRUE(world.settle());
  for (int i = 0; i < 10; ++i) world.click();
  world.edge->step();  // 91 to 100 are in Redis
  world.server.streams.clear();
  world.server.hashes.clear();
  world.click();  // and 101 comes
  EXPECT_TRUE(world.settle());
  EXPECT_EQ(world.audit(), "");
}

TEST(Shipper, rule_02_a_flush_is_noticed_without_another_click) {
  World world;
  world.click();
  world.edge->step();
  world.server.streams.clear();
  for (int i = 0; i < 15; ++i) world.edge->step();
  ASSERT_NE(world.own_stream(), nullptr);
  EXPECT_EQ(world.own_stream()->entries.size(), 1u);
}

TEST(Shipper, rule_02_an_entry_that_failed_before_one_that_went_in_leaves_no_hole) {
  ShipperOptions options;
  options.entry_clicks = options.backlog_entry_clicks = 2;
  World world({}, options);
  world.edge->step();
  for (int i = 0; i < 8; ++i) world.click();
  int adds = 0;
  world.edge->redis.fault = [&](const redis::Arguments& arguments) {
    return arguments[0] == "XADD" && ++adds == 2 ? "OOM command not allowed when used memory > 'maxmemory'." : "";
  };
  for (int i = 0; i < 5; ++i) world.edge->step();
  EXPECT_TRUE(world.settle());
  EXPECT_EQ(world.audit(), "");
  EXPECT_EQ(world.database.rows[world.edge->log.id].nonce, 0u) << "closed before ingest met it";
  EXPECT_EQ(world.edge->metric("footfall_shipper_rewinds_total{reason=\"hole\"}"), 1);
}

TEST(Shipper, rule_02_only_the_edge_declares_a_number_void_and_it_is_counted) {
  World world;
  world.click();
  world.disk.fail_writes(1);
  EXPECT_FALSE(world.click(4));
  world.click();
  ASSERT_TRUE(world.settle());
  const auto& runs = world.database.rows[world.edge->log.id].runs;
  ASSERT_EQ(runs.size(), 3u);
  EXPECT_EQ(runs[1].first, 2u);
  EXPECT_EQ(runs[1].last, 5u);
  EXPECT_EQ(runs[1].reason, wire::VoidReason::never_acknowledged);
  EXPECT_EQ(world.edge->metric("footfall_shipper_void_clicks_total"), 4);
}

TEST(Shipper, rule_04_a_database_restored_behind_the_watermark_is_served_again) {
  World world;
  for (int i = 0; i < 50; ++i) world.click();
  ASSERT_TRUE(world.settle());
  const FakeDatabase backup = world.database;
  for (int i = 0; i < 50; ++i) world.click();
  ASSERT_TRUE(world.settle());
  const wire::Incarnation old_id = world.edge->log.id;
  world.disk.kill_process();
  world.restart();
  world.click();
  ASSERT_TRUE(world.settle());
  for (int i = 0; i < 15; ++i) world.edge->step();
  ASSERT_FALSE(has_heartbeat(world, old_id)) << "long finished";
  const std::uint64_t epoch = world.database.epoch + 1;
  world.database = backup;
  world.database.epoch = epoch;
  world.ingest.restart();
  EXPECT_TRUE(world.settle());
  EXPECT_EQ(world.audit(), "");
}

TEST(Shipper, rule_09_a_database_that_went_back_without_a_new_epoch_stalls_nothing) {
  World world;
  for (int i = 0; i < 20; ++i) world.click();
  ASSERT_TRUE(world.settle());
  const FakeDatabase backup = world.database;
  for (int i = 0; i < 20; ++i) world.click();
  ASSERT_TRUE(world.settle());
  world.edge->step();
  world.database = backup;  // a fail-over to a standby that lagged, say
  world.ingest.restart();
  world.own_stream()->entries.clear();  // all of it had been stored
  world.click();
  EXPECT_TRUE(world.settle());
  EXPECT_EQ(world.audit(), "");
  EXPECT_GE(world.edge->metric("footfall_shipper_rewinds_total{reason=\"went_back\"}"), 1);
}

TEST(Shipper, rule_09_a_redis_that_remembers_an_older_watermark_for_a_moment_changes_nothing) {
  World world;
  for (int i = 0; i < 20; ++i) world.click();
  ASSERT_TRUE(world.settle());
  const FakeServer dump = world.server;
  for (int i = 0; i < 20; ++i) world.click();
  ASSERT_TRUE(world.settle());
  world.edge->step();
  world.server.hashes[std::string(wire::kStoredKey)] = dump.hashes.at(std::string(wire::kStoredKey));
  for (int i = 0; i < 12; ++i) world.edge->step();  // core publishes each second
  world.ingest.publish();
  world.edge->step();
  EXPECT_EQ(world.edge->metric("footfall_shipper_rewinds_total{reason=\"went_back\"}"), 0);
}

TEST(Shipper, rule_09_a_remnant_of_before_a_restore_finishes_nothing) {
  World world;
  world.click();
  const wire::Incarnation old_id = world.edge->log.id;
  const FakeDatabase backup = world.database;
  ASSERT_TRUE(world.settle());
  world.disk.kill_process();
  world.restart();
  for (int i = 0; i < 15; ++i) {
    world.edge->step();
    world.ingest.run(kEdgeName);
  }
  ASSERT_FALSE(has_heartbeat(world, old_id)) << "finished";
  world.database = backup;
  world.database.epoch = 2;
  world.ingest.restart();
  world.ingest.run(kEdgeName);  // says nothing new of what has no heartbeat
  for (int i = 0; i < 5; ++i) world.edge->step();
  EXPECT_TRUE(has_heartbeat(world, old_id)) << "its watermark in Redis is of the old epoch";
  EXPECT_TRUE(world.settle());
  EXPECT_EQ(world.audit(), "");
}

TEST(Shipper, rule_09_a_watermark_above_the_head_frees_nothing) {
  World world({.segment_bytes = 64 * 1024, .total_bytes_max = 128 * 1024});
  for (int i = 0; i < 28; ++i) ASSERT_TRUE(world.click());
  world.edge->step();
  world.database.rows[world.edge->log.id].position = 1000;
  world.ingest.publish();
  world.edge->step();
  EXPECT_GE(world.edge->metric("footfall_shipper_watermarks_ignored_total"), 1);
  EXPECT_FALSE(world.click()) << "nothing was recycled";
}

TEST(Shipper, rule_10_no_more_than_the_bound_lies_unstored_in_redis) {
  ShipperOptions options;
  options.unstored_bytes_max = 4000;
  options.entry_clicks = options.backlog_entry_clicks = 5;
  World world({}, options);
  for (int i = 0; i < 200; ++i) world.click();
  for (int i = 0; i < 30; ++i) {
    world.edge->step();
    world.ingest.publish();
    ASSERT_LE(bytes_in(world.server), options.unstored_bytes_max + 5 * 100);
  }
  EXPECT_EQ(world.edge->metric("footfall_shipper_blocked"), 1);
  EXPECT_GE(world.edge->metric("footfall_shipper_backlog_clicks"), 100);
  EXPECT_GT(world.edge->metric("footfall_shipper_lag_seconds"), 1);
  for (int i = 0; i < 10; ++i) {  // asked again and again, it does not pile up
    ++world.database.rows[world.edge->log.id].nonce;
    world.ingest.publish();
    world.edge->step();
    ASSERT_LE(bytes_in(world.server), options.unstored_bytes_max + 5 * 100);
  }
  EXPECT_TRUE(world.settle());
  EXPECT_EQ(world.audit(), "");
}

TEST(Shipper, a_dead_redis_costs_nothing_and_the_backlog_drains) {
  World world;
  world.edge->redis.fault = [](const redis::Arguments&) { return "down"; };
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(world.click());
  for (int i = 0; i < 10; ++i) world.edge->step();
  EXPECT_FALSE(world.edge->shipper.redis_works());
  world.edge->redis.fault = nullptr;
  EXPECT_TRUE(world.settle());
  EXPECT_TRUE(world.edge->shipper.redis_works());
  EXPECT_EQ(world.audit(), "");
}

TEST(Shipper, an_entry_never_exceeds_its_bound) {
  World world({.segment_bytes = 4u << 20, .total_bytes_max = 64u << 20});
  std::string clicks;
  std::uint32_t count = 0;
  for (; clicks.size() + 200 < kRecordBytesMax; ++count) clicks += encoded_click(count);
  ASSERT_TRUE(world.edge->log.write(clicks, count));
  world.edge->step();
  ASSERT_EQ(world.own_stream()->entries.size(), 1u);
  EXPECT_LE(world.own_stream()->entries.begin()->second.size(), wire::kEntryBytesMax);
}

TEST(Shipper, flush_ships_the_rest_with_the_end_mark) {
  World world;
  world.edge->step();
  for (int i = 0; i < 20; ++i) world.click();
  world.edge->log.table.close(20);
  EXPECT_TRUE(world.edge->shipper.flush(LogLife::shared_clock().steady_us() + 1'000'000));
  EXPECT_TRUE(heartbeat_of(world, world.edge->log.id).ended);
  EXPECT_EQ(heartbeat_of(world, world.edge->log.id).head, 20u);
  world.ingest.run(kEdgeName);
  EXPECT_EQ(world.audit(), "");

  world.edge->redis.fault = [](const redis::Arguments&) { return "down"; };
  const std::int64_t before = LogLife::shared_clock().steady_us();
  EXPECT_FALSE(world.edge->shipper.flush(before + 300'000));
  EXPECT_LE(LogLife::shared_clock().steady_us(), before + 300'000);
}

TEST(Shipper, a_dead_heartbeat_of_this_edge_without_a_click_is_removed_and_others_are_left) {
  World world;
  auto& beats = world.server.hashes[std::string(wire::kIncarnationsKey)];
  const auto put = [&](const char* edge, std::uint64_t head, std::int64_t age_us) {
    const wire::Incarnation id = wire::Incarnation::random();
    beats[id.hex()] = wire::encode_heartbeat(
        {.edge = edge, .incarnation = id, .head = head, .now_us = LogLife::shared_clock().wall_us() - age_us});
    return id.hex();
  };
  const std::string empty = put(kEdgeName, 0, kWaitForWatermarkUs * 10);
  const std::string alive = put(kEdgeName, 0, -10'000'000);
  const std::string with_clicks = put(kEdgeName, 5, kWaitForWatermarkUs * 10);
  const std::string foreign = put("edge-2", 0, kWaitForWatermarkUs * 10);
  for (int i = 0; i < 12; ++i) world.edge->step();
  EXPECT_FALSE(beats.contains(empty));
  EXPECT_TRUE(beats.contains(alive));
  EXPECT_TRUE(beats.contains(with_clicks));
  EXPECT_TRUE(beats.contains(foreign));
}

}  // namespace
}  // namespace footfall::edge
