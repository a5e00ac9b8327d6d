// PROTOCOL.md 2 and 6: which batch, in which order, by whom.
#include <gtest/gtest.h>

#include "core/ingest/batch_order.h"
#include "tests/core/ingest/rig.h"

namespace footfall::core::testing {
namespace {

TEST(BatchOrder, IsDecidedByNumbersAlone) {
  EXPECT_EQ(order_of_batch(10, 1, 10), BatchOrder::stored_before);
  EXPECT_EQ(order_of_batch(10, 11, 12), BatchOrder::next);
  EXPECT_EQ(order_of_batch(10, 5, 12), BatchOrder::next);
  EXPECT_EQ(order_of_batch(10, 12, 12), BatchOrder::gap);
  EXPECT_EQ(order_of_batch(0, 1, 1), BatchOrder::next);
  EXPECT_EQ(order_of_batch(0, 2, 2), BatchOrder::gap);
}

TEST(BatchOrder, CursorGoesBackOnlyWhenTheStreamIsBelowIt) {
  EXPECT_EQ(cursor_after_comparison({2, 50}, {2, 50}), (wire::EntryId{2, 50}));
  EXPECT_EQ(cursor_after_comparison({2, 50}, {3, 10}), (wire::EntryId{2, 50}));
  EXPECT_EQ(cursor_after_comparison({2, 50}, {2, 49}), (wire::EntryId{}));
  EXPECT_EQ(cursor_after_comparison({2, 50}, {}), (wire::EntryId{}));
}

TEST(ResendClock, OneRequestAnswersAGap) {
  ResendClock resend(2'000'000);
  EXPECT_TRUE(resend.on_gap(1, 100));
  EXPECT_FALSE(resend.on_gap(1, 200));
  EXPECT_TRUE(resend.on_gap(2, 300)) << "a higher generation is the answer, and there is a gap again";
  EXPECT_FALSE(resend.on_silence(1'000'000));
  EXPECT_TRUE(resend.on_silence(2'500'000));
  EXPECT_FALSE(resend.on_silence(5'000'000)) << "the wait doubles";
  EXPECT_TRUE(resend.on_silence(7'000'000));
  resend.on_progress(8'000'000);
  EXPECT_FALSE(resend.on_silence(9'000'000));
  EXPECT_TRUE(resend.on_gap(2, 9'000'001)) << "progress ends the request";
}

TEST(Order, rule_02_EachNumberIsStoredOnce) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(12);
  edge.send_heartbeat();
  edge.ship(1, 4);
  edge.ship(5, 9);
  rig.run_rounds();
  EXPECT_EQ(rig.clicks(), 9);
  // Entries that overlap what is stored: shipped again after a lost reply, cut in another way.
  edge.new_generation();
  edge.ship(3, 6);
  edge.ship(7, 12);
  rig.run_rounds();
  EXPECT_EQ(rig.clicks(), 12);
  EXPECT_EQ(rig.mark(edge.incarnation)->position, 12u);
  EXPECT_EQ(rig.probe.stored.value(), 12u);
  EXPECT_EQ(rig.probe.duplicate.value(), 0u);
  EXPECT_EQ(rig.text("select string_agg(number::text, ',' order by number) from clicks"), "1,2,3,4,5,6,7,8,9,10,11,12");
}

TEST(Order, rule_02_AGapAsksForAResend) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(15);
  edge.send_heartbeat();
  edge.ship(1, 5);
  edge.ship(11, 15);
  rig.run_rounds(2);
  EXPECT_EQ(rig.clicks(), 5) << "nothing is taken out of turn";
  EXPECT_EQ(rig.mark(edge.incarnation)->position, 5u);
  EXPECT_EQ(rig.mark(edge.incarnation)->nonce, 1u);
  edge.new_generation();
  edge.ship_all_from(6);
  rig.run_rounds(2);
  EXPECT_EQ(rig.clicks(), 15);
  EXPECT_EQ(rig.mark(edge.incarnation)->nonce, 1u);
}

TEST(Order, rule_02_FlushedRedisLosesNothing) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(100);
  edge.send_heartbeat();
  edge.ship_all_from(1);
  rig.run_rounds();
  EXPECT_EQ(rig.clicks(), 100);
  // Redis is flushed with 101-110 in it, unread; the edge does not notice and goes on with 111. Redis accepts that,
  // and would refuse 101-110 from now on.
  edge.take(15);
  shared_redis().flush();
  edge.ship(111, 115);
  edge.send_heartbeat();
  rig.run_rounds(2);
  EXPECT_EQ(rig.clicks(), 100);
  EXPECT_EQ(rig.mark(edge.incarnation)->nonce, 1u);
  edge.new_generation();
  edge.ship_all_from(101);
  rig.run_rounds(2);
  EXPECT_EQ(rig.clicks(), 115);
}

TEST(Order, rule_02_AStreamBelowTheCursorIsReadFromItsStart) {
  Rig rig;
  TestEdge edge(rig);
  edge.generation = 9;
  edge.take(10);
  edge.send_heartbeat();
  edge.ship(1, 10);
  rig.run_rounds();
  ASSERT_EQ(rig.clicks(), 10);
  // An old dump was restored, and the edge was started again with a generation below.
  shared_redis().flush();
  edge.generation = 3;
  edge.take(5);
  edge.send_heartbeat();
  edge.ship(11, 15);
  rig.run_rounds();
  EXPECT_EQ(rig.clicks(), 15);
}

TEST(Order, rule_02_SilenceBelowTheHeadAsksForAResend) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(10);
  edge.send_heartbeat();
  rig.run_rounds(2);
  EXPECT_EQ(rig.mark(edge.incarnation)->nonce, 0u) << "a moment's delay is no loss";
  for (int i = 0; i < 6; ++i) {
    edge.send_heartbeat();
    rig.run_rounds(1);
  }
  EXPECT_GE(rig.mark(edge.incarnation)->nonce, 1u);
}

TEST(Order, rule_02_VoidNumbersAreCountedAndPassed) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(10);
  edge.send_heartbeat();
  edge.ship(1, 3);
  edge.ship_void(4, 7);
  edge.ship(8, 10);
  rig.run_rounds();
  EXPECT_EQ(rig.clicks(), 6);
  EXPECT_EQ(rig.probe.voided.value(), 4u);
  EXPECT_EQ(rig.probe.voided_for[2]->value(), 4u);  // unreadable
  EXPECT_EQ(rig.number("select voided from streams"), 4);
  EXPECT_EQ(rig.number("select position from streams"), 10);
}

TEST(Order, rule_03_ALostTailClosesTheStreamAndIsCounted) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(10);
  edge.send_heartbeat();
  edge.ship(1, 7);
  rig.run_rounds(2);
  EXPECT_EQ(rig.mark(edge.incarnation)->heard, 10u);
  // The log came back from a power cut without 8 to 10.
  edge.clicks.resize(7);
  rig.clock.advance(1'000'000);
  edge.send_heartbeat(true);
  rig.run_rounds(2);
  EXPECT_EQ(open_streams(rig.database)->size(), 1u) << "clicks that were heard of are still to come";
  EXPECT_EQ(rig.mark(edge.incarnation)->heard, 10u) << "the edge learns of them";
  edge.ship_void(8, 10, wire::VoidReason::lost_tail);
  edge.clicks.resize(10);
  rig.clock.advance(1'000'000);
  edge.send_heartbeat(true);
  rig.run_rounds(3);
  EXPECT_TRUE(open_streams(rig.database)->empty());
  EXPECT_EQ(rig.probe.voided_for[4]->value(), 3u);
  EXPECT_EQ(rig.number("select voided from streams"), 3);
  EXPECT_EQ(rig.clicks(), 7);
}

TEST(Order, rule_01_ACopiedLogIsHarmless) {
  Rig rig;
  TestEdge edge(rig, "edge-1");
  edge.take(20);
  edge.send_heartbeat();
  edge.ship_all_from(1);
  rig.run_rounds(1);
  // Its directory was copied; the copy ships the same incarnation to its end under another label and calls it ended.
  TestEdge copy(rig, "edge-2", edge.incarnation);
  copy.clicks = edge.clicks;
  copy.send_heartbeat(true);
  copy.ship_all_from(1);
  rig.run_rounds();
  EXPECT_EQ(rig.clicks(), 20);
  // The original goes on.
  edge.take(10);
  edge.send_heartbeat();
  edge.ship_all_from(21);
  rig.run_rounds();
  EXPECT_EQ(rig.clicks(), 30);
  EXPECT_EQ(rig.number("select count(*) from streams"), 1);
  EXPECT_EQ(rig.probe.duplicate.value(), 0u);
}

TEST(Order, rule_01_AnIncarnationThatIsBeingWrittenIsNotTakenForEnded) {
  Rig rig;
  TestEdge edge(rig, "edge-0");
  edge.take(20);
  edge.send_heartbeat();
  edge.ship_all_from(1);
  rig.run_rounds(2);
  // Two copies of its log, each under a name of its own, overwrite its heartbeat again and again while it goes on.
  TestEdge one(rig, "edge-1", edge.incarnation), two(rig, "edge-2", edge.incarnation);
  one.clicks = two.clicks = edge.clicks;
  one.send_heartbeat(true);
  rig.run_rounds(1);
  ASSERT_EQ(open_streams(rig.database)->size(), 1u) << "all that the copy knows of is stored, but it is no end";
  for (int i = 0; i < 5; ++i) {
    edge.take(10);
    edge.send_heartbeat();
    rig.run_rounds(1);
    one.send_heartbeat(true);
    two.send_heartbeat(true);
    rig.run_rounds(1);
    one.send_heartbeat(true);
    rig.run_rounds(1);
    EXPECT_EQ(open_streams(rig.database)->size(), 1u);
    EXPECT_EQ(open_streams(rig.database)->at(0).edge, "edge-0");
  }
  // The database knows of its label only from before, but its stream is read.
  edge.ship_all_from(21);
  rig.run_rounds(2);
  EXPECT_EQ(rig.clicks(), 70);
  // Who is written no more has ended.
  ASSERT_TRUE(rig.database.execute("update streams set written_at = now() - interval '11 seconds'").has_value());
  two.clicks = edge.clicks;
  two.send_heartbeat(true);
  rig.run_rounds(1);
  rig.clock.advance(1'000'000);
  two.send_heartbeat(true);
  rig.run_rounds(2);
  EXPECT_TRUE(open_streams(rig.database)->empty());
}

TEST(Order, rule_01_EveryEdgeThatShipsAnIncarnationIsRead) {
  Rig rig;
  TestEdge edge(rig, "edge-0"), copy(rig, "edge-1", edge.incarnation);
  edge.take(10);
  edge.send_heartbeat();
  rig.run_rounds(1);
  copy.clicks = edge.clicks;
  copy.send_heartbeat();
  rig.run_rounds(1);
  edge.ship(1, 10);  // though the copy was heard last
  rig.run_rounds(2);
  EXPECT_EQ(rig.clicks(), 10);
  // Also after another owner took it.
  rig.owner = rig.new_owner();
  copy.send_heartbeat();
  edge.take(5);
  edge.ship(11, 15);
  EXPECT_TRUE(eventually([&] {
    rig.run_rounds(2);
    return rig.clicks() == 15;
  }));
}

TEST(Order, rule_01_EndedAndStoredStreamsAreRemoved) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(7);
  edge.send_heartbeat(true);
  edge.ship(1, 7);
  rig.run_rounds();
  EXPECT_EQ(rig.clicks(), 7);
  EXPECT_EQ(rig.redis_number({"EXISTS", edge.key()}), 0);
  EXPECT_EQ(rig.owner->owned(), 0u);
  EXPECT_EQ(rig.mark(edge.incarnation)->position, 7u) << "the edge still reports it, so it still learns";
}

TEST(Order, rule_06_TrimIsByNumberAtTheCommittedPosition) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(30);
  edge.send_heartbeat();
  edge.ship_all_from(1);
  // What cannot be taken yet must stay: it lies behind a gap.
  edge.take(10);
  edge.ship(36, 40);
  rig.run_rounds(1);
  EXPECT_EQ(rig.number("select position from streams"), 30);
  EXPECT_EQ(rig.redis_number({"XLEN", edge.key()}), 1);
}

TEST(Order, rule_06_AnotherOwnerMovedThePosition) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(10);
  edge.send_heartbeat();
  edge.ship(1, 5);
  rig.run_rounds();
  ASSERT_EQ(rig.clicks(), 5);
  // Somebody who does not know of our lock stores 6-10 and moves the position.
  ASSERT_TRUE(rig.database.execute("update streams set position = 10").has_value());
  edge.ship(6, 10);
  rig.owner->run_once();
  EXPECT_EQ(rig.clicks(), 5) << "rows and position go together or not at all";
  EXPECT_EQ(rig.probe.lost_ownership.value(), 1u);
  rig.run_rounds();
  EXPECT_EQ(rig.clicks(), 5) << "6-10 count as stored";
  EXPECT_EQ(rig.number("select position from streams"), 10);
}

TEST(Order, rule_06_OneOwnerPerStream) {
  Rig rig;
  auto second = rig.new_owner();
  TestEdge edge(rig);
  edge.take(5);
  edge.send_heartbeat();
  edge.ship(1, 5);
  rig.watermark_publisher->run_once();
  for (int i = 0; i < 10; ++i) {
    rig.owner->run_once();
    second->run_once();
    rig.clock.advance(300'000);
  }
  EXPECT_EQ(rig.owner->owned() + second->owned(), 1u);
  EXPECT_EQ(rig.clicks(), 5);
  // The owner dies; the other takes over from the position.
  auto& alive = rig.owner->owned() == 1 ? second : rig.owner;
  (rig.owner->owned() == 1 ? rig.owner : second).reset();
  edge.take(5);
  edge.ship(6, 10);
  EXPECT_TRUE(eventually([&] {
    alive->run_once();
    rig.clock.advance(300'000);
    return alive->owned() == 1 && rig.clicks() == 10;
  }));
}

TEST(Order, StreamsAreSharedAmongOwners) {
  Rig rig;
  auto second = rig.new_owner();
  std::vector<TestEdge> edges;
  for (int i = 0; i < 6; ++i) edges.emplace_back(rig, "edge-" + std::to_string(i));
  for (auto& edge : edges) {
    edge.take(1);
    edge.send_heartbeat();
  }
  rig.watermark_publisher->run_once();
  for (int i = 0; i < 30; ++i) {
    rig.owner->run_once();
    second->run_once();
    rig.clock.advance(60'000);
  }
  EXPECT_EQ(rig.owner->owned() + second->owned(), 6u);
  EXPECT_GE(rig.owner->owned(), 2u);
  EXPECT_GE(second->owned(), 2u);
}

TEST(Order, rule_06_RollupsAreKeptPerStreamAndSummed) {
  Rig rig;
  TestEdge one(rig, "edge-1"), two(rig, "edge-2");
  one.take(4);
  two.take(3);
  one.send_heartbeat();
  two.send_heartbeat();
  one.ship(1, 4);
  two.ship(1, 3);
  rig.run_rounds();
  one.take(2);
  one.ship(5, 6);
  rig.run_rounds();
  EXPECT_EQ(rig.number("select count(*) from click_rollups"), 2);
  EXPECT_EQ(rig.number("select sum(gross) from click_rollups"), 9);
  EXPECT_EQ(rig.number("select sum(net) from click_rollups"), 9);
  EXPECT_EQ(rig.number("select sum(uniques) from click_rollups"), 9);
  EXPECT_EQ(rig.text("select sum(gross) || ' ' || sum(net) || ' ' || sum(uniques) from campaign_rollups"), "9 9 9");
  EXPECT_EQ(rig.text("select day::text from click_rollups limit 1"), "2025-10-20");
}

TEST(Order, PostgresRestartIsHealed) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(10);
  edge.send_heartbeat();
  edge.ship(1, 5);
  rig.run_rounds();
  shared_postgres().restart();
  edge.ship(6, 10);
  rig.database = Database(rig.url);
  rig.clock.advance(5'000'000);
  rig.run_rounds(10);
  EXPECT_EQ(rig.clicks(), 10);
}

}  // namespace
}  // namespace footfall::core::testing
