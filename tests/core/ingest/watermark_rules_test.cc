// PROTOCOL.md 9 and 12, core's side: what edges and waiting conversions are told.
#include <gtest/gtest.h>

#include "tests/core/ingest/rig.h"

namespace footfall::core::testing {
namespace {

TEST(Watermark, rule_09_IsRepublishedWhetherOrNotAnythingWasCommitted) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(5);
  edge.send_heartbeat();
  edge.ship(1, 5);
  rig.run_rounds();
  ASSERT_EQ(rig.mark(edge.incarnation)->position, 5u);
  shared_redis().flush();
  edge.send_heartbeat();
  rig.owner.reset();  // nothing is committed any more
  rig.run_rounds(3);
  ASSERT_TRUE(rig.mark(edge.incarnation).has_value());
  EXPECT_EQ(rig.mark(edge.incarnation)->position, 5u);
}

TEST(Watermark, rule_09_CarriesTheDatabaseAndItsEpoch) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(10);
  edge.send_heartbeat();
  edge.ship_all_from(1);
  rig.run_rounds();
  const auto before = *rig.mark(edge.incarnation);
  EXPECT_EQ(before.database.size(), 16u);
  EXPECT_EQ(before.epoch, 1u);
  // A backup is restored: fewer clicks, a lower position, and the operator raises the epoch.
  ASSERT_TRUE(rig.database
                  .execute("delete from clicks where number > 4; update streams set position = 4; "
                           "update settings set value = '2' where key = 'recovery_epoch'")
                  .has_value());
  edge.send_heartbeat();
  rig.run_rounds(2);
  const auto after = *rig.mark(edge.incarnation);
  EXPECT_EQ(after.position, 4u);
  EXPECT_EQ(after.epoch, 2u);
  EXPECT_EQ(after.database, before.database);
  edge.new_generation();
  edge.ship_all_from(5);
  rig.run_rounds(2);
  EXPECT_EQ(rig.clicks(), 10);
  EXPECT_EQ(rig.mark(edge.incarnation)->position, 10u);
}

// The database is restored from a backup, or a standby that lags takes over, and nobody raises the epoch.
TEST(Watermark, rule_09_ADatabaseThatWentBackOpensANewEpoch) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(10);
  edge.send_heartbeat();
  edge.ship_all_from(1);
  rig.run_rounds();
  ASSERT_EQ(rig.mark(edge.incarnation)->position, 10u);
  ASSERT_TRUE(rig.database.execute("delete from clicks where number > 4; update streams set position = 4").has_value());
  rig.run_rounds(2);
  EXPECT_EQ(rig.mark(edge.incarnation)->position, 4u);
  EXPECT_EQ(rig.mark(edge.incarnation)->epoch, 2u);
  EXPECT_EQ(rig.probe.epochs_raised.value(), 1u);
  EXPECT_EQ(rig.text("select subject from audit where action = 'database.went_back'"), edge.incarnation.hex());
  edge.take(5);
  edge.new_generation();
  edge.ship_all_from(5);
  rig.run_rounds(2);
  EXPECT_EQ(rig.clicks(), 15);
  EXPECT_EQ(rig.number("select value::int from settings where key = 'recovery_epoch'"), 2) << "and once is enough";
}

// The owner is the first to look, and more clicks come meanwhile: it may not publish the lower position as if it were
// the same database's.
TEST(Watermark, rule_09_AnOwnerNoticesThatTheDatabaseWentBack) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(10);
  edge.send_heartbeat();
  edge.ship_all_from(1);
  rig.run_rounds();
  rig.watermark_publisher.reset();
  ASSERT_TRUE(rig.database.execute("delete from clicks where number > 4; update streams set position = 4").has_value());
  edge.take(5);
  edge.ship(11, 15);  // behind what is missing
  EXPECT_TRUE(eventually([&] {
    rig.run_rounds(2);
    return rig.mark(edge.incarnation)->epoch == 2;
  }));
  EXPECT_EQ(rig.mark(edge.incarnation)->position, 4u);
}

TEST(Watermark, rule_09_AWatermarkOfAnotherDatabaseSaysNothing) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(10);
  edge.send_heartbeat();
  edge.ship_all_from(1);
  rig.run_rounds();
  ASSERT_TRUE(rig.database
                  .execute("delete from clicks; update streams set position = 0; update settings set "
                           "value = repeat('ab', 16) where key = 'database_identity'")
                  .has_value());
  rig.run_rounds(2);
  EXPECT_EQ(rig.mark(edge.incarnation)->epoch, 1u);
  EXPECT_EQ(rig.probe.epochs_raised.value(), 0u);
}

TEST(Watermark, OfWhatNobodyReportsIsRemoved) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(5);
  edge.send_heartbeat(true);
  edge.ship(1, 5);
  rig.run_rounds();
  const auto hex = edge.incarnation.hex();
  rig.redis->command({"HDEL", wire::kIncarnationsKey, hex});
  rig.run_rounds(3);
  EXPECT_FALSE(rig.mark(edge.incarnation).has_value());
}

TEST(Retirement, EndsWaitingAndFencesNothing) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(10);
  edge.send_heartbeat();
  edge.ship(1, 5);
  rig.run_rounds();
  const auto retired = retire_edge(rig.database, "edge-1", "cli:test");
  ASSERT_TRUE(retired.has_value());
  EXPECT_EQ(retired->size(), 1u);
  EXPECT_EQ(rig.text("select subject from audit where action = 'edge.retire'"), edge.incarnation.hex());
  EXPECT_TRUE(open_streams(rig.database)->at(0).retired);
  // The heartbeat that the dead edge left does not bring it back.
  rig.run_rounds(3);
  EXPECT_TRUE(open_streams(rig.database)->at(0).retired);
  rig.watermark_publisher.reset();
  rig.watermark_publisher = rig.new_watermark_publisher();
  // Until PostgreSQL has ended the connection of the one before it, it may not read.
  ASSERT_TRUE(eventually([&] { return rig.watermark_publisher->run_once(); }));
  rig.run_rounds(3);
  EXPECT_TRUE(open_streams(rig.database)->at(0).retired) << "nor does a publisher that sees it for the first time";
  EXPECT_TRUE(rig.mark(edge.incarnation)->retired);
  // What it had shipped is stored all the same, and an edge that speaks is not gone.
  edge.ship(6, 10);
  rig.run_rounds(2);
  EXPECT_EQ(rig.clicks(), 10);
  edge.take(1);
  edge.send_heartbeat();
  rig.run_rounds(3);
  EXPECT_FALSE(open_streams(rig.database)->at(0).retired);
}

TEST(Retirement, ByNameLeavesTheLivingIncarnationAlone) {
  Rig rig;
  TestEdge lost(rig, "edge-1"), living(rig, "edge-1");
  lost.take(2);
  lost.send_heartbeat();
  rig.run_rounds(2);
  living.take(1);
  living.send_heartbeat();
  rig.run_rounds(2);
  EXPECT_EQ(*retire_edge(rig.database, "edge-1", "cli:test"), std::vector<std::string>{lost.incarnation.hex()});
  EXPECT_EQ(retire_edge(rig.database, "edge-1", "cli:test")->size(), 1u) << "alone, the name means it";
}

TEST(Retirement, ByName_ByIncarnation_OnlyOnce) {
  Rig rig;
  TestEdge one(rig, "edge-1"), two(rig, "edge-2");
  one.take(1);
  two.take(1);
  one.send_heartbeat();
  two.send_heartbeat();
  rig.run_rounds(2);
  EXPECT_EQ(retire_edge(rig.database, two.incarnation.hex(), "cli:test")->size(), 1u);
  EXPECT_EQ(retire_edge(rig.database, "edge-2", "cli:test")->size(), 0u);
  EXPECT_EQ(retire_edge(rig.database, "nobody", "cli:test")->size(), 0u);
}

TEST(Heads, AreStored) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(9);
  edge.send_heartbeat();
  edge.ship(1, 5);
  rig.run_rounds(3);
  const auto open = open_streams(rig.database);
  ASSERT_EQ(open->size(), 1u);
  EXPECT_EQ(open->at(0).position, 5u);
  EXPECT_EQ(open->at(0).head, 9u);
  EXPECT_EQ(open->at(0).edge_number, 7u);
  EXPECT_EQ(rig.probe.clicks_on_the_way.value(), 4);
}

TEST(Heads, OneHeraldAtATime) {
  Rig rig;
  auto second = rig.new_watermark_publisher();
  EXPECT_TRUE(rig.watermark_publisher->run_once());
  EXPECT_FALSE(second->run_once());
  rig.watermark_publisher.reset();
  EXPECT_TRUE(eventually([&] {
    rig.clock.advance(3'000'000);
    return second->run_once();
  }));
}

}  // namespace
}  // namespace footfall::core::testing
