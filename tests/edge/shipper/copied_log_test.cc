// Logs that were copied, and a log that came back shorter than it was: PROTOCOL.md 1.
#include <gtest/gtest.h>

#include "tests/edge/shipper/world.h"

namespace footfall::edge {
namespace {

TEST(CopiedLog, rule_01_a_copied_log_shipped_by_a_second_edge_is_harmless) {
  World world;
  for (int i = 0; i < 30; ++i) world.click();
  FaultyDisk copy;
  copy.copy_from(world.disk);
  for (int i = 0; i < 30; ++i) world.click();  // the original holds more
  EdgeLife clone(copy, world.server);
  for (int i = 0; i < 50; ++i) {
    world.edge->step();
    clone.step(0);
    if (i % 3 == 0) world.ingest.run(kEdgeName, 2);
  }
  EXPECT_TRUE(world.settle());
  EXPECT_EQ(world.audit(), "");
}

TEST(CopiedLog, rule_01_an_incarnation_that_is_being_written_is_not_ended_by_its_copies) {
  for (const char* name : {kEdgeName, "edge-2"}) {
    World world;
    const wire::Incarnation id = world.edge->log.id;
    for (int i = 0; i < 30; ++i) world.click();
    world.edge->step();
    FaultyDisk one_disk, other_disk;
    one_disk.copy_from(world.disk);
    world.click();
    other_disk.copy_from(world.disk);
    EdgeLife one(one_disk, world.server, {}, {}, name);
    EdgeLife other(other_disk, world.server, {}, {}, name);
    for (int i = 0; i < 100; ++i) {  // core is paused
      world.click();
      world.edge->step();
      EXPECT_FALSE(heartbeat_of(world, id).ended);
      one.step(0);
      other.step(0);
      EXPECT_FALSE(heartbeat_of(world, id).ended) << name << ", round " << i;
      EXPECT_EQ(heartbeat_of(world, id).edge, kEdgeName);
    }
    EXPECT_EQ(one.metric("footfall_shipper_clicks_total"), 0);
    EXPECT_TRUE(world.settle());
    for (int i = 0; i < 20; ++i) {
      world.edge->step();
      one.step(0);
      other.step(0);
      world.ingest.run(kEdgeName);
      EXPECT_TRUE(has_heartbeat(world, id)) << "a copy that is stored to its own end removes nothing of the original";
    }
    EXPECT_EQ(world.audit(), "");
  }
}

TEST(CopiedLog, rule_01_what_only_a_copy_still_holds_is_shipped_by_it) {
  World world;
  const wire::Incarnation id = world.edge->log.id;
  for (int i = 0; i < 30; ++i) world.click();
  FaultyDisk disk;
  disk.copy_from(world.disk);
  world.edge->redis.fault = [](const redis::Arguments&) { return "down"; };  // the original is lost with its disk
  EdgeLife copy(disk, world.server);
  for (int i = 0; i < 100 && !world.everything_stored(); ++i) {
    copy.step();
    world.ingest.run(kEdgeName);
  }
  EXPECT_EQ(world.missing(), "");
  for (int i = 0; i < 20; ++i) copy.step();
  EXPECT_FALSE(has_heartbeat(world, id)) << "ended and stored";
}

TEST(CopiedLog, rule_01_a_log_that_lost_its_tail_declares_the_rest_void) {
  for (const int kept : {9, 0}) {  // clicks that are still in the log after the power cut
    World world({.segment_bytes = 256 * 1024, .total_bytes_max = 256u << 20, .sync_each = false});
    const wire::Incarnation id = world.edge->log.id;
    for (int i = 0; i < kept; ++i) world.click();
    world.edge->log.writer.sync();
    for (int i = kept; i < 25; ++i) world.click();
    world.edge->step();
    ASSERT_EQ(heartbeat_of(world, id).head, 25u);
    world.ingest.run(kEdgeName);
    world.disk.lose_unsynced();
    world.server = {};
    world.restart();
    world.click();
    world.edge->log.writer.sync();
    for (int i = 0; i < 80; ++i) {
      world.edge->step();
      world.ingest.run(kEdgeName);
    }
    const FakeDatabase::Row& row = world.database.rows[id];
    EXPECT_EQ(row.position, 25u) << kept;
    ASSERT_FALSE(row.runs.empty());
    EXPECT_EQ(row.runs.back().reason, wire::VoidReason::lost_tail);
    EXPECT_EQ(row.runs.back().first, static_cast<std::uint64_t>(kept) + 1);
    EXPECT_FALSE(has_heartbeat(world, id)) << "the stream is closed";
    EXPECT_EQ(world.edge->metric("footfall_log_voided_clicks_total{reason=\"lost_tail\"}"), 25 - kept);
    EXPECT_EQ(world.database.rows[world.edge->log.id].position, 1u);
  }
}

TEST(CopiedLog, rule_01_a_copy_declares_nothing_void) {
  for (const char* name : {kEdgeName, "edge-2"}) {
    World world;
    const wire::Incarnation id = world.edge->log.id;
    for (int i = 0; i < 10; ++i) world.click();
    FaultyDisk disk;
    disk.copy_from(world.disk);
    for (int i = 0; i < 10; ++i) world.click();
    world.edge->redis.fault = [](const redis::Arguments& arguments) {
      return arguments[0] == "XADD" ? "OOM command not allowed" : "";
    };
    world.edge->step();
    world.ingest.publish();
    ASSERT_EQ(world.database.rows[id].heard, 20u);
    world.edge->redis.fault = [](const redis::Arguments&) { return "down"; };  // the original comes back later
    EdgeLife copy(disk, world.server, {}, {}, name);
    for (int i = 0; i < 100; ++i) {
      copy.step();
      world.ingest.run(kEdgeName);
      world.ingest.run("edge-2");
    }
    EXPECT_EQ(world.database.rows[id].position, 10u);
    world.edge->redis.fault = nullptr;
    EXPECT_TRUE(world.settle());
    EXPECT_EQ(world.audit(), "");
  }
}

}  // namespace
}  // namespace footfall::edge
