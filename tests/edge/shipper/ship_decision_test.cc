// The decisions alone, fed by hand: PROTOCOL.md 2, 9, 10.
#include "edge/shipper/ship_decision.h"

#include <gtest/gtest.h>

namespace footfall::edge {
namespace {

using Action = ShipDecision::Action;
using wire::EntryId;

constexpr ShipDecision::Limits kLimits{.entry_clicks = 10, .backlog_entry_clicks = 40, .unstored_bytes_max = 1000};

LogIncarnation log_with(std::uint64_t head, bool ended = false, std::uint64_t first = 1) {
  LogIncarnation log;
  log.head = log.shippable = head;
  log.ended = ended;
  log.first = first;
  return log;
}

WatermarkSeen mark(std::uint64_t position, std::uint64_t epoch = 1, std::uint64_t nonce = 0,
                   std::string database = "db") {
  return {.position = position, .database = std::move(database), .epoch = epoch, .resend_nonce = nonce};
}

// A running incarnation that has chosen its generation and shipped up to `shipped`, ten bytes a
// click, of `head`.
ShipDecision running(std::uint64_t head, std::uint64_t shipped) {
  ShipDecision decision(true, 0);
  decision.set_log(log_with(head), 0);
  decision.choose_generation(std::nullopt, 0);
  for (std::uint64_t number = 1; number <= shipped; ++number) decision.on_added(number, 10, 1000 + number);
  return decision;
}

// An older incarnation that nobody writes.
ShipDecision older(std::int64_t now_us) {
  ShipDecision decision(false, now_us);
  decision.on_heartbeat(std::nullopt, now_us - kQuietUs);
  return decision;
}

std::uint64_t next_from(const ShipDecision& decision, std::int64_t now_us = 0) {
  const auto plan = decision.plan_next(kLimits, decision.unstored_bytes(), now_us);
  return plan.action == Action::ship ? plan.from : 0;
}

TEST(ShipDecision, asks_for_the_top_before_the_first_entry_and_goes_above_it) {
  ShipDecision decision(true, 0);
  decision.set_log(log_with(5), 0);
  EXPECT_EQ(decision.plan_next(kLimits, 0, 0).action, Action::ask_top);
  decision.choose_generation(EntryId{7, 100}, 3);
  EXPECT_EQ(decision.generation(), 11u);
  EXPECT_EQ(next_from(decision), 1u);
}

TEST(ShipDecision, has_nothing_to_do_when_all_is_shipped) {
  ShipDecision decision = running(5, 5);
  EXPECT_EQ(decision.plan_next(kLimits, 0, 0).action, Action::nothing);
  EXPECT_TRUE(decision.all_shipped());
  decision.set_log(log_with(6), 0);
  EXPECT_EQ(next_from(decision), 6u);
}

TEST(ShipDecision, takes_larger_entries_while_it_lags) {
  EXPECT_EQ(running(5, 0).plan_next(kLimits, 0, 0).clicks_max, 10u);
  EXPECT_EQ(running(500, 0).plan_next(kLimits, 0, 0).clicks_max, 40u);
}

TEST(ShipDecision, rule_10_ships_no_more_than_may_be_unstored) {
  ShipDecision decision = running(200, 99);
  EXPECT_FALSE(decision.plan_next(kLimits, decision.unstored_bytes(), 0).blocked);
  decision.on_added(100, 10, 0);
  const auto plan = decision.plan_next(kLimits, decision.unstored_bytes(), 0);
  EXPECT_EQ(plan.action, Action::nothing);
  EXPECT_TRUE(plan.blocked);
  decision.on_watermark(mark(50), 0);
  EXPECT_EQ(decision.unstored_bytes(), 500u);
  EXPECT_EQ(next_from(decision), 101u);
}

TEST(ShipDecision, rule_10_a_rewind_while_blocked_does_not_stay_blocked) {
  ShipDecision decision = running(200, 100);
  EXPECT_EQ(decision.on_watermark(mark(20, 1, 1), 0), WatermarkEffect::rewound);
  EXPECT_EQ(decision.plan_next(kLimits, decision.unstored_bytes(), 0).action, Action::ask_top);
}

TEST(ShipDecision, rule_02_a_refused_entry_is_a_success_only_under_the_own_generation) {
  ShipDecision decision = running(20, 5);
  const std::uint64_t own = decision.generation();
  EXPECT_EQ(decision.on_refused(10, 50, 0, EntryId{own, 10}, 0), RefusalEffect::proceeded);
  EXPECT_EQ(decision.next(), 11u);
  EXPECT_EQ(decision.on_refused(15, 50, 0, EntryId{own + 4, 3}, 500), RefusalEffect::rewound);
  EXPECT_EQ(decision.next(), 1u) << "position + 1";
  EXPECT_EQ(decision.plan_next(kLimits, 0, 499).action, Action::nothing) << "stands aside for a moment";
  EXPECT_EQ(decision.plan_next(kLimits, 0, 500).action, Action::ask_top);
  decision.choose_generation(EntryId{own + 4, 3}, 0);
  EXPECT_EQ(decision.generation(), own + 5) << "above its own and the stream's top";
}

TEST(ShipDecision, rule_02_refused_although_the_stream_is_gone_or_its_top_lower_is_no_success) {
  ShipDecision one = running(20, 5);
  EXPECT_EQ(one.on_refused(10, 50, 0, std::nullopt, 0), RefusalEffect::rewound);
  ShipDecision two = running(20, 5);
  EXPECT_EQ(two.on_refused(10, 50, 0, EntryId{two.generation(), 9}, 0), RefusalEffect::rewound);
}

TEST(ShipDecision, rule_02_a_resend_begins_at_position_plus_one_with_a_generation_above) {
  ShipDecision decision = running(120, 100);
  const std::uint64_t own = decision.generation();
  EXPECT_EQ(decision.on_watermark(mark(90), 0), WatermarkEffect::accepted);
  EXPECT_EQ(decision.on_watermark(mark(90, 1, 1), 0), WatermarkEffect::rewound);
  EXPECT_EQ(decision.next(), 91u);
  decision.choose_generation(EntryId{own, 101}, 0);
  EXPECT_EQ(decision.generation(), own + 1);
  EXPECT_TRUE(decision.wants_trim());
  EXPECT_EQ(next_from(decision), 91u);
  EXPECT_EQ(decision.on_watermark(mark(90, 1, 1), 0), WatermarkEffect::accepted) << "asked once, done once";
}

TEST(ShipDecision, rule_02_entries_that_are_gone_from_redis_are_shipped_again) {
  ShipDecision decision = running(20, 10);
  decision.on_watermark(mark(4), 0);
  EXPECT_FALSE(decision.on_checked(EntryId{decision.generation(), 10}, false));
  ShipDecision emptied = decision;
  EXPECT_TRUE(emptied.on_checked(EntryId{decision.generation(), 10}, true)) << "trimmed by another who then failed";
  EXPECT_TRUE(decision.on_checked(EntryId{decision.generation(), 9}, false)) << "an older dump";
  EXPECT_EQ(decision.next(), 5u);
  ShipDecision superseded = running(20, 10);
  EXPECT_TRUE(superseded.on_checked(EntryId{superseded.generation() + 1, 20}, false))
      << "another writer has trimmed ours";
  ShipDecision flushed = running(20, 10);
  EXPECT_TRUE(flushed.on_checked(std::nullopt, true));
  ShipDecision stored = running(20, 10);
  stored.on_watermark(mark(10), 0);
  EXPECT_FALSE(stored.on_checked(std::nullopt, true)) << "nothing of it is needed any more";
}

TEST(ShipDecision, rule_02_a_hole_in_a_pipeline_is_closed_by_a_new_generation) {
  ShipDecision decision = running(20, 10);
  decision.on_hole();
  EXPECT_EQ(decision.next(), 1u);
  EXPECT_EQ(decision.plan_next(kLimits, 0, 0).action, Action::ask_top);
}

TEST(ShipDecision, rule_09_a_watermark_above_what_was_written_is_ignored) {
  ShipDecision decision = running(20, 10);
  EXPECT_EQ(decision.on_watermark(mark(21), 0), WatermarkEffect::ignored_above);
  EXPECT_EQ(decision.position(), 0u);
  EXPECT_EQ(decision.on_watermark(mark(20), 0), WatermarkEffect::accepted);
  EXPECT_EQ(decision.position(), 20u);
  EXPECT_EQ(decision.next(), 21u) << "another shipper of the same log was ahead";
}

TEST(ShipDecision, rule_09_a_lower_position_counts_only_under_a_newer_epoch) {
  ShipDecision decision = running(20, 15);
  decision.on_watermark(mark(12, 3), 0);
  EXPECT_EQ(decision.on_watermark(mark(5, 3), 0), WatermarkEffect::ignored_lower);
  EXPECT_EQ(decision.on_watermark(mark(5, 2), 0), WatermarkEffect::ignored_old_epoch);
  EXPECT_EQ(decision.on_watermark(mark(14, 2), 0), WatermarkEffect::ignored_old_epoch);
  EXPECT_EQ(decision.position(), 12u);
  EXPECT_EQ(decision.on_watermark(mark(5, 4), 0), WatermarkEffect::rewound);
  EXPECT_EQ(decision.position(), 5u);
  EXPECT_EQ(decision.next(), 6u);
  EXPECT_EQ(decision.on_watermark(mark(3, 1, 0, "another database"), 0), WatermarkEffect::rewound);
  EXPECT_EQ(decision.next(), 4u);
}

TEST(ShipDecision, an_older_incarnation_waits_for_its_watermark_but_not_for_ever) {
  ShipDecision decision = older(1000);
  decision.set_log(log_with(100, true, 41), 1000);
  EXPECT_EQ(decision.plan_next(kLimits, 0, 1000).action, Action::nothing);
  ShipDecision informed = decision;
  informed.on_watermark(mark(70), 0);
  informed.choose_generation(std::nullopt, 0);
  EXPECT_EQ(next_from(informed, 1000), 71u);
  EXPECT_EQ(decision.plan_next(kLimits, 0, 1000 + kWaitForWatermarkUs).action, Action::ask_top);
  decision.choose_generation(std::nullopt, 0);
  EXPECT_EQ(next_from(decision, 1000 + kWaitForWatermarkUs), 41u) << "from what is held";
  decision.on_added(50, 10, 0);
  EXPECT_EQ(decision.on_watermark(mark(30), 0), WatermarkEffect::rewound) << "what is missing must be declared";
  EXPECT_EQ(decision.next(), 31u);
}

TEST(ShipDecision, rule_01_done_when_ended_and_stored) {
  ShipDecision decision = older(0);
  decision.set_log(log_with(10, true), 0);
  EXPECT_FALSE(decision.done(0));
  decision.on_watermark(mark(9), 0);
  EXPECT_FALSE(decision.done(0));
  decision.on_watermark(mark(10), 0);
  EXPECT_TRUE(decision.done(0));
  ShipDecision empty = older(0);
  empty.set_log(log_with(0, true), 0);
  EXPECT_FALSE(empty.done(0)) << "core may have heard of clicks that are lost";
  EXPECT_TRUE(empty.done(kWaitForWatermarkUs));
  empty.on_watermark(mark(0), 0);
  EXPECT_TRUE(empty.done(0));
  ShipDecision alive = running(10, 10);
  alive.on_watermark(mark(10), 0);
  EXPECT_FALSE(alive.done(0)) << "it may grow";
}

TEST(ShipDecision, rule_09_a_disputed_watermark_is_believed_when_everything_has_been_shipped_for_a_minute) {
  ShipDecision decision = older(0);
  decision.set_log(log_with(10, true), 0);
  EXPECT_EQ(decision.on_watermark(mark(15), 0), WatermarkEffect::ignored_above);
  const std::int64_t later = kWaitForWatermarkUs;
  decision.choose_generation(std::nullopt, 0);
  EXPECT_EQ(next_from(decision, later), 1u) << "ignored: it ships all the same";
  decision.on_added(10, 10, 0);
  decision.set_log(log_with(10, true), later);
  EXPECT_FALSE(decision.done(later + kDisputedWatermarkUs - 1));
  EXPECT_TRUE(decision.done(later + kDisputedWatermarkUs));
  EXPECT_EQ(decision.unstored_bytes(), 10u);
  decision.on_watermark(mark(15), 0);
  EXPECT_EQ(decision.unstored_bytes(), 0u) << "or the bound would never be free again";
  EXPECT_FALSE(decision.on_checked(std::nullopt, true)) << "that its entries are gone is no loss";
  decision.set_retired(true);
  EXPECT_TRUE(decision.done(later)) << "the operator has spoken";
}

TEST(ShipDecision, rule_09_after_a_restore_what_was_known_to_be_stored_does_not_count) {
  ShipDecision decision = older(0);
  decision.set_log(log_with(10, true), 0);
  decision.on_watermark(mark(10, 1), 0);
  EXPECT_TRUE(decision.done(0));
  decision.announce_again(0);
  EXPECT_FALSE(decision.done(0));
}

TEST(ShipDecision, rule_09_after_a_restore_the_finished_are_announced_again_and_shipped_if_need_be) {
  ShipDecision decision = older(0);
  decision.set_log(log_with(10, true), 0);
  decision.on_watermark(mark(10, 1), 0);
  decision.set_finished();
  decision.announce_again(5000);
  EXPECT_FALSE(decision.finished());
  EXPECT_FALSE(decision.done(5000)) << "not before core has said what it still has";
  ShipDecision intact = decision;
  intact.on_watermark(mark(10, 2), 0);
  EXPECT_TRUE(intact.done(5000));
  EXPECT_EQ(decision.on_watermark(mark(4, 2), 0), WatermarkEffect::rewound);
  EXPECT_FALSE(decision.done(5000));
  decision.choose_generation(std::nullopt, 0);
  EXPECT_EQ(next_from(decision, 5000), 5u);
}

TEST(ShipDecision, rule_01_what_somebody_writes_is_left_to_him_until_he_has_been_silent_for_a_second) {
  ShipDecision decision(false, 0);
  decision.set_log(log_with(10, true), 0);
  decision.on_watermark(mark(4), 0);
  decision.choose_generation(std::nullopt, 0);
  EXPECT_FALSE(decision.is_ours(10 * kQuietUs)) << "not looked yet";
  decision.on_heartbeat(500, 0);
  EXPECT_FALSE(decision.is_written_elsewhere()) << "it may be of an edge that is gone";
  decision.on_heartbeat(500, kQuietUs - 1);
  EXPECT_EQ(next_from(decision, kQuietUs - 1), 0u);
  EXPECT_EQ(next_from(decision, kQuietUs), 5u);
  decision.on_heartbeat(600, kQuietUs);
  EXPECT_TRUE(decision.is_written_elsewhere());
  EXPECT_EQ(next_from(decision, kQuietUs), 0u);
  decision.on_heartbeat(std::nullopt, 2 * kQuietUs - 1);
  EXPECT_EQ(next_from(decision, 2 * kQuietUs - 1), 0u);
  decision.on_heartbeat(std::nullopt, 2 * kQuietUs);
  EXPECT_FALSE(decision.is_written_elsewhere());
  EXPECT_EQ(next_from(decision, 2 * kQuietUs), 5u);
  decision.on_connection_lost();
  decision.on_heartbeat(std::nullopt, 3 * kQuietUs);
  EXPECT_EQ(next_from(decision, 3 * kQuietUs), 0u) << "nobody could say anything meanwhile";
}

TEST(ShipDecision, rule_09_a_watermark_that_stays_lower_is_believed_in_the_end) {
  ShipDecision decision = running(20, 20);
  EXPECT_EQ(decision.on_watermark(mark(20), 0), WatermarkEffect::accepted);
  EXPECT_EQ(decision.on_watermark(mark(8), 1000), WatermarkEffect::ignored_lower);
  EXPECT_EQ(decision.on_watermark(mark(20), 2000), WatermarkEffect::accepted) << "Redis remembered it for a moment";
  EXPECT_EQ(decision.on_watermark(mark(8), 3000), WatermarkEffect::ignored_lower);
  EXPECT_EQ(decision.on_watermark(mark(9), 2999 + kLowerWatermarkUs), WatermarkEffect::ignored_lower);
  EXPECT_EQ(decision.on_watermark(mark(9), 3000 + kLowerWatermarkUs), WatermarkEffect::went_back);
  EXPECT_EQ(decision.next(), 10u);
}

}  // namespace
}  // namespace footfall::edge
