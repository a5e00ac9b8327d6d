// Conversions whose click comes late, beside others that book and change what they count (PROTOCOL.md 12).
#include "core/actions/keep_up_conversions.h"

#include <thread>

#include "core/storage/waiting_work.h"
#include "tests/core/actions/rejudge_fixture.h"
#include "tests/support/wait_until.h"

namespace footfall::core {
namespace {

// Campaigns whose commissions depend on what is booked already.
constexpr const char* kCounted = "update campaigns set budget_minor = 1000000, currency = 'EUR', hold_s = 86400";

class LateConversions : public Rejudge {
 protected:
  Database holder_{url_}, watcher_{url_};

  void sql(Database& database, const std::string& statement) {
    auto done = database.execute(statement);
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }
  void hide_clicks() { sql(database_, "create table away as select * from clicks; delete from clicks"); }
  void bring_clicks() { sql(database_, "insert into clicks select * from away"); }
  std::string report_late(const wire::ClickId& click, const std::string& transaction, const std::string& email = "") {
    ConversionReport report;
    report.click = click;
    report.external_id = transaction;
    report.amount_minor = 1'000;
    report.currency = "EUR";
    report.received_us = system_clock().wall_us();  // after the terms came into force
    report.click_may_still_come = true;
    if (!email.empty()) report.prospect_email = email;
    auto recorded = rounds_.record(database_, caller_, report);
    EXPECT_TRUE(recorded && recorded->conversion.unresolved_until_us.has_value());
    return recorded->conversion.public_id;
  }
  static std::string lock_of(const Campaign& campaign) {
    return "select 1 from campaigns where id = " + std::to_string(campaign.row.id.value) + " for no key update nowait";
  }
  ConversionUpkeep keep_up(const std::string& options = "") {
    Database own(url_ + options);
    auto done = keep_up_conversions(own, now_us_, 100);
    EXPECT_TRUE(done.has_value()) << done.error().message;
    return *done;
  }
  void wait_for_a_waiter() {
    ASSERT_TRUE(support::wait_until(
        [&] { return watcher_.query("select count(*) from pg_locks where not granted")->integer(0, 0) > 0; }));
  }
};

// What upkeep looks for each second.
TEST_F(LateConversions, AreFoundByALookAndSoAreHoldsThatHaveEnded) {
  const auto is_found = [&](std::int64_t now_us) { return waiting_upkeep(database_, now_us)->conversions; };
  const auto click = store("human", 'a', 0);
  EXPECT_FALSE(is_found(now_us_));
  hide_clicks();
  const auto late = report_late(click, "late");
  EXPECT_TRUE(is_found(now_us_));
  bring_clicks();
  sql(database_, "update campaigns set hold_s = 86400");
  EXPECT_EQ(keep_up().resolved, 1);
  EXPECT_EQ(conversion(late), "pending click_in_window true 100 false");
  const std::int64_t held_until_us =
      database_.query("select (extract(epoch from hold_until) * 1000000)::bigint from conversions")->integer(0, 0);
  EXPECT_FALSE(is_found(held_until_us - 1));
  EXPECT_TRUE(is_found(held_until_us));
  sql(database_, "update conversions set status = 'approved'");
  EXPECT_FALSE(is_found(held_until_us));
}

// Rounds lock campaigns in the order of their numbers; late conversions come in another.
TEST_F(LateConversions, LockOneCampaignAtATime) {
  const Campaign lower = campaign_, higher = campaign(owner_);
  const auto click_of_lower = store("human", 'a', 0);
  campaign_ = higher;
  jane_ = *join(higher, "jane@blog.example");
  const auto click_of_higher = store("human", 'b', 0);
  hide_clicks();
  const auto first = report_late(click_of_higher, "first"), second = report_late(click_of_lower, "second");
  bring_clicks();
  sql(database_, kCounted);
  sql(holder_, "begin; " + lock_of(lower));
  {
    std::jthread upkeep([&] { EXPECT_EQ(keep_up().resolved, 2); });
    wait_for_a_waiter();
    const auto other = holder_.execute(lock_of(higher));
    EXPECT_TRUE(other.has_value()) << "the upkeep has both locks at once: " << other.error().message;
    sql(holder_, "rollback");
  }
  EXPECT_EQ(conversion(first), "pending click_in_window true 100 false");
  EXPECT_EQ(conversion(second), "pending click_in_window true 100 false");
  expect_sound_books();
}

TEST_F(LateConversions, CountForTiersWhatOthersHaveChangedBefore) {
  CampaignFields tiers;
  tiers.commissions = {{"", "10%", std::vector<std::pair<std::int64_t, std::string>>{{1, "50%"}}, false}};
  ASSERT_TRUE(update_campaign(database_, kOperator, campaign_.row.public_id, tiers).has_value());
  sql(database_, "update campaigns set hold_s = 86400");
  const auto click = store("human", 'a', 0), late_click = store("human", 'b', 0);
  const auto earlier = convert(click, "earlier");
  sql(database_,
      "create table away as select * from clicks; delete from clicks where id = '" + wire::to_uuid(late_click) + "'");
  const auto late = report_late(late_click, "late");
  sql(database_, "delete from clicks");
  bring_clicks();
  sql(holder_, "begin; " + lock_of(campaign_));
  {
    std::jthread upkeep([&] { EXPECT_EQ(keep_up().resolved, 1); });
    wait_for_a_waiter();
    sql(holder_, "update conversions set status = 'reversed' where public_id = '" + earlier + "'; commit");
  }
  EXPECT_EQ(conversion(late), "pending click_in_window true 100 false") << "the first one earns a tenth";
}

TEST_F(LateConversions, ThatGetNoLockInTimeKeepNoOtherBack) {
  const Campaign locked = campaign_;
  const auto click_of_locked = store("human", 'a', 0);
  campaign_ = campaign(owner_);
  jane_ = *join(campaign_, "jane@blog.example");
  const auto click = store("human", 'b', 0);
  hide_clicks();
  const auto stuck = report_late(click_of_locked, "stuck"), free = report_late(click, "free");
  bring_clicks();
  sql(database_, kCounted);
  sql(holder_, "begin; " + lock_of(locked));
  const std::string soon =
      (url_.find('?') == std::string::npos ? "?" : "&") + std::string("options=-clock_timeout%3D50");
  const auto done = keep_up(soon);
  EXPECT_EQ(done.resolved, 1);
  EXPECT_EQ(done.failed, 1);
  EXPECT_EQ(conversion(free), "pending click_in_window true 100 false");
  EXPECT_EQ(conversion(stuck), "pending click_unresolved false 0 false");

  // A report that gets no lock is refused in a way that tells its caller to come again, and leaves nothing behind.
  Database impatient(url_ + soon);
  ConversionRounds impatient_rounds(system_clock(), url_ + soon);
  ConversionReport report;
  report.click = click_of_locked;
  report.external_id = "reported";
  report.amount_minor = 2'000;
  report.currency = "EUR";
  report.received_us = now_us_;
  const auto refused = impatient_rounds.record(impatient, caller_, report);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, "55P03");
  EXPECT_TRUE(refused.error().retryable);
  EXPECT_EQ(number("select count(*) from conversions where external_id = 'reported'"), 0);
  sql(holder_, "rollback");
  EXPECT_EQ(impatient_rounds.record(impatient, caller_, report)->outcome, RecordOutcome::booked);
  EXPECT_EQ(keep_up(soon).resolved, 1);
  EXPECT_EQ(conversion(stuck), "pending click_in_window true 100 false");
  expect_sound_books();
}

TEST_F(LateConversions, ThatARuleCatchesLoseTheApprovalThatTheyHad) {
  const auto click = store("human", 'a', 0);
  hide_clicks();
  const auto own = report_late(click, "own", "Jane+shop@blog.example");
  change(own, ConversionVerb::approve);
  ASSERT_EQ(conversion(own), "approved click_unresolved false 0 false");
  bring_clicks();
  ASSERT_EQ(keep_up().resolved, 1);
  EXPECT_EQ(conversion(own), "pending click_in_window true 100 true");
  EXPECT_EQ(number("select count(*) from audit where action = 'conversion.hold'"), 1);
  EXPECT_EQ(number("select count(*) from conversions where decided_at is not null"), 0);
  expect_sound_books();
  auto later = keep_up_conversions(database_, now_us_ + 400 * 24 * kHourUs, 100);
  ASSERT_TRUE(later.has_value());
  EXPECT_EQ(later->approved, 0) << "its hold approves nothing";
  change(own, ConversionVerb::approve);
  EXPECT_EQ(conversion(own), "approved click_in_window true 100 false");
  expect_sound_books();
}

TEST_F(LateConversions, OneThatCannotBeApprovedKeepsNoOtherBack) {
  const auto first = convert(store("human", 'a', 0), "first"), stuck = convert(store("human", 'b', 0), "stuck"),
             last = convert(store("human", 'c', 0), "last");
  sql(database_,
      "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'a fault' using errcode = "
      "'22003'; end $$; create trigger refuse before update on conversions for each row when (new.external_id = "
      "'stuck' and new.status = 'approved') execute function refuse()");
  const auto later_us = now_us_ + 400 * 24 * kHourUs;
  auto done = keep_up_conversions(database_, later_us, 100);
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(done->approved, 2);
  EXPECT_EQ(done->failed, 1);
  EXPECT_EQ(conversion(first), "approved click_in_window true 100 false");
  EXPECT_EQ(conversion(last), "approved click_in_window true 100 false");
  EXPECT_EQ(conversion(stuck), "pending click_in_window true 100 true") << "a person looks at it";
  done = keep_up_conversions(database_, later_us, 100);
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->failed, 0) << "it does not come again in each round";
  expect_sound_books();
}

TEST_F(LateConversions, ThatNoRuleCatchesKeepTheirApproval) {
  const auto click = store("human", 'a', 0);
  hide_clicks();
  const auto sale = report_late(click, "sale", "buyer@elsewhere.example");
  change(sale, ConversionVerb::approve);
  bring_clicks();
  ASSERT_EQ(keep_up().resolved, 1);
  EXPECT_EQ(conversion(sale), "approved click_in_window true 100 false");
  expect_sound_books();
}

}  // namespace
}  // namespace footfall::core
