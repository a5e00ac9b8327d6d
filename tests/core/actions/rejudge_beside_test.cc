// COMMON.md D-44: what is booked beside a run, what was refused before it, and what the rules cannot decide.
#include <thread>

#include "tests/core/actions/rejudge_fixture.h"
#include "tests/support/wait_until.h"

namespace footfall::core {
namespace {

// Waits until a session of this database waits for a lock.
void wait_for_a_waiter(Database& database, const char* kind) {
  ASSERT_TRUE(support::wait_until([&] {
    auto rows = database.query("select count(*) from pg_locks where not granted and locktype = $1", {kind});
    return rows.has_value() && rows->integer(0, 0) > 0;
  }));
}

TEST_F(Rejudge, ABookingThatReadItsClickBeforeARunIsJudgedByTheNewVerdict) {
  const auto click = store("alpha", 'a', 0);
  // Between reading the click and storing the conversion a booking reads the terms.
  Database holder(url_);
  ASSERT_TRUE(holder.execute("begin; lock table terms in access exclusive mode").has_value());
  std::string booked;
  {
    std::jthread booking([&] {
      Database own(url_);
      ConversionReport report;
      report.click = click;
      report.external_id = "beside";
      report.amount_minor = 1'000;
      report.currency = "EUR";
      report.received_us = now_us_;
      auto recorded = rounds_.record(own, caller_, report);
      ASSERT_TRUE(recorded.has_value()) << recorded.error().message;
      booked = recorded->conversion.public_id;
    });
    Database watcher(url_);
    wait_for_a_waiter(watcher, "relation");
    EXPECT_EQ(run(convicting("alpha")).counts.convicted, 1);
    ASSERT_TRUE(holder.execute("commit").has_value());
  }
  EXPECT_EQ(conversion(booked), "pending click_not_human false 0 false");
  EXPECT_EQ(run(convicting("nobody")).counts.attributed, 1);
  expect_sound_books();
}

TEST_F(Rejudge, ARunWaitsForABookingThatHasBegunAndCorrectsIt) {
  const auto click = store("alpha", 'a', 0);
  // The booking holds its click's verdict and waits for the claim of its transaction, which is somebody else's.
  Database holder(url_);
  ASSERT_TRUE(holder
                  .execute("begin; insert into conversion_claims (account_id, mode, scope, value, slot, conversion_id) "
                           "values (" +
                           std::to_string(owner_.id.value) + ", 'live', 'txid', 'beside', 0, 4711)")
                  .has_value());
  std::string booked;
  RejudgeReport report;
  {
    std::jthread booking([&] {
      Database own(url_);
      ConversionReport sale;
      sale.click = click;
      sale.external_id = "beside";
      sale.amount_minor = 1'000;
      sale.currency = "EUR";
      sale.received_us = now_us_;
      auto recorded = rounds_.record(own, caller_, sale);
      ASSERT_TRUE(recorded.has_value()) << recorded.error().message;
      booked = recorded->conversion.public_id;
    });
    Database watcher(url_);
    wait_for_a_waiter(watcher, "transactionid");
    std::jthread rejudging([&] { report = run(convicting("alpha")); });
    wait_for_a_waiter(watcher, "advisory");
    ASSERT_TRUE(holder.execute("rollback").has_value());
  }
  EXPECT_EQ(report.counts.rejected, 1);
  EXPECT_EQ(conversion(booked), "rejected click_not_human false 100 false");
  expect_sound_books();
}

TEST_F(Rejudge, ARefusedSaleIsListedOnceItsClickIsHuman) {
  const auto click = store("alpha", 'a', wire::kVerdictBot);
  ConversionReport report;
  report.click = click;
  report.external_id = "refused";
  report.amount_minor = 1'000;
  report.currency = "EUR";
  report.received_us = now_us_;
  report.must_attribute = true;
  for (int times = 0; times < 2; ++times) {
    auto recorded = rounds_.record(database_, caller_, report);
    ASSERT_TRUE(recorded.has_value());
    EXPECT_EQ(recorded->outcome, RecordOutcome::not_attributed);
  }
  EXPECT_EQ(number("select times from refused_reports"), 2);
  EXPECT_TRUE(run(convicting("alpha")).refused.empty()) << "the click is still a crawler's";
  for (const bool dry_run : {true, false, false}) {
    const auto listed = run(convicting("nobody"), dry_run);
    EXPECT_EQ(listed.counts.refused, 1);
    ASSERT_EQ(listed.refused.size(), 1u);
    EXPECT_EQ(listed.refused[0].external_id, "refused");
    EXPECT_EQ(listed.refused[0].amount, "1000 minor EUR");
    EXPECT_EQ(listed.refused[0].account_public_id, owner_.public_id);
  }
  ASSERT_EQ(rounds_.record(database_, caller_, report)->outcome, RecordOutcome::booked);
  EXPECT_TRUE(run(convicting("nobody")).refused.empty()) << "it was sent again";
  report.external_id = "dry";
  report.dry_run = true;
  ASSERT_TRUE(run(convicting("alpha")).counts.convicted == 1);
  ASSERT_EQ(rounds_.record(database_, caller_, report)->outcome, RecordOutcome::not_attributed);
  EXPECT_EQ(number("select count(*) from refused_reports"), 1) << "a dry run leaves nothing behind";
  EXPECT_EQ(trim_refused_reports(database_, now_us_ + 1).value(), 1);
}

TEST_F(Rejudge, AVerdictThatTheRulesCannotDecideStays) {
  store("alpha", 'a', wire::kVerdictNetwork);
  VerdictRules rules = convicting("nobody");
  EXPECT_EQ(run(rules).counts.acquitted, 0);
  rules.digest.back() = 'x';
  rules.judge = [](std::string_view, std::string_view) { return Ruling{0, wire::kVerdictBot | wire::kVerdictNetwork}; };
  EXPECT_EQ(run(rules).counts.acquitted, 1);
}

}  // namespace
}  // namespace footfall::core
