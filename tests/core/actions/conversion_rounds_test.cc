// Reports that come at the same time: booked together, each as if it were alone.
#include "core/actions/conversion_rounds.h"

#include <atomic>
#include <barrier>
#include <map>
#include <set>
#include <thread>

#include "core/actions/accounts.h"
#include "core/actions/authenticate.h"
#include "core/actions/book_conversions.h"
#include "core/actions/keys.h"
#include "core/storage/bookings.h"
#include "core/storage/ledger.h"
#include "proto/base/clock.h"
#include "tests/core/actions/provisioned.h"

namespace footfall::core {
namespace {

class ConversionRoundsTest : public Provisioned {
 protected:
  static constexpr int kThreads = 12;
  AccountRow owner_ = account();
  Campaign campaign_ = campaign(owner_);
  std::string affiliate_ = join(campaign_, "jane@blog.example", "summer24")->affiliate.public_id;
  Caller caller_ = key_of(owner_, wire::Mode::live);
  const Clock& clock_ = system_clock();
  ConversionRounds rounds_{clock_, url_};

  void SetUp() override {
    ASSERT_TRUE(database_
                    .execute("insert into promo_codes (public_id, account_id, mode, code, code_fold, campaign_id, "
                             "affiliate_id) select 'prm_1', c.account_id, 'live', 'SAVE', 'save', c.id, a.id "
                             "from campaigns c, affiliates a")
                    .has_value());
  }
  ConversionReport report(const std::string& transaction) {
    ConversionReport made;
    made.promo_code = "SAVE";
    made.external_id = transaction;
    made.amount_minor = 1'000;
    made.currency = "EUR";
    made.request_id = "r";
    made.received_us = clock_.wall_us();
    return made;
  }
  // Every report at the same moment, each from a thread with a connection of its own.
  std::vector<Result<RecordedConversion>> at_once(const std::vector<ConversionReport>& reports) {
    std::vector<Result<RecordedConversion>> outcomes(reports.size(), Result<RecordedConversion>(Failure(Error{})));
    std::barrier start(static_cast<std::ptrdiff_t>(reports.size()));
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < reports.size(); ++i) {
      threads.emplace_back([&, i] {
        Database mine(url_);
        (void)mine.query("select 1");
        start.arrive_and_wait();
        outcomes[i] = rounds_.record(mine, caller_, reports[i]);
      });
    }
    for (auto& thread : threads) thread.join();
    return outcomes;
  }
};

TEST_F(ConversionRoundsTest, BooksEachWithItsClaimItsEntriesAndItsTrace) {
  std::vector<ConversionReport> reports;
  for (int i = 0; i < kThreads; ++i) reports.push_back(report("t" + std::to_string(i)));
  std::set<std::string> ids;
  for (const auto& outcome : at_once(reports)) {
    ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
    EXPECT_EQ(outcome->outcome, RecordOutcome::booked);
    EXPECT_EQ(outcome->conversion.commission_minor, 100);
    EXPECT_EQ(outcome->conversion.campaign_public_id, campaign_.row.public_id);
    EXPECT_EQ(outcome->conversion.affiliate_public_id, affiliate_);
    auto stored = load_conversion(database_, outcome->conversion.id, false);
    ASSERT_TRUE(stored.has_value() && *stored);
    EXPECT_EQ((*stored)->external_id, outcome->conversion.external_id);
    ids.insert(outcome->conversion.public_id);
  }
  EXPECT_EQ(ids.size(), kThreads);
  EXPECT_EQ(number("select count(*) from conversion_claims c join conversions v on v.id = c.conversion_id and "
                   "v.external_id = c.value"),
            kThreads);
  EXPECT_EQ(number("select count(distinct transaction_id) from ledger_entries"), kThreads);
  EXPECT_EQ(number("select sum(abs(amount_minor)) from ledger_entries"), 2 * 100 * kThreads);
  EXPECT_EQ(number("select count(*) from audit where action = 'conversion.create' and actor = 'api:key_live'"),
            kThreads);
  EXPECT_EQ(number("select sum(total) from conversion_rollups"), kThreads);
  EXPECT_EQ(number("select sum(revenue_minor) from conversion_rollups"), 1'000 * kThreads);
}

TEST_F(ConversionRoundsTest, OneOfTheSameTransactionIsBookedTheOthersSeeIt) {
  const auto outcomes = at_once(std::vector<ConversionReport>(kThreads, report("same")));
  int booked = 0;
  for (const auto& outcome : outcomes) {
    ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
    EXPECT_EQ(outcome->conversion.id.value, static_cast<std::uint64_t>(number("select id from conversions")));
    if (outcome->outcome == RecordOutcome::booked)
      ++booked;
    else
      EXPECT_EQ(outcome->outcome, RecordOutcome::duplicate);
  }
  EXPECT_EQ(booked, 1);
  EXPECT_EQ(number("select count(*) from ledger_entries"), 2);
}

// What waits for its click is known before anything is booked, and then does not wait for the others.
TEST_F(ConversionRoundsTest, WhatIsNotBookedIsKnownBeforeTheOthersAreBooked) {
  ASSERT_TRUE(rounds_.record(database_, caller_, report("before")).has_value());
  ConversionReport of_click = report("t1"), fresh = report("t2"), repeated = report("before");
  of_click.promo_code.reset();
  of_click.click = wire::parse_uuid("0192f0c1-2345-7abc-8def-0123456789ab");
  ASSERT_TRUE(of_click.click.has_value());
  PendingConversion pending[] = {{&caller_, &of_click}, {&caller_, &fresh}, {&caller_, &repeated}};
  int called = 0;
  judge_and_book(database_, pending, [&] {
    ++called;
    ASSERT_TRUE(pending[0].outcome && *pending[0].outcome && pending[2].outcome && *pending[2].outcome);
    EXPECT_EQ((*pending[0].outcome)->outcome, RecordOutcome::needs_click);
    EXPECT_EQ((*pending[2].outcome)->outcome, RecordOutcome::duplicate);
    EXPECT_FALSE(pending[1].outcome);
    EXPECT_EQ(number("select count(*) from conversions"), 1);
    for (PendingConversion* ended : {&pending[0], &pending[2]}) ended->caller = nullptr, ended->report = nullptr;
  });
  EXPECT_EQ(called, 1);
  ASSERT_TRUE(pending[1].outcome && *pending[1].outcome);
  EXPECT_EQ((*pending[1].outcome)->outcome, RecordOutcome::booked);
}

TEST_F(ConversionRoundsTest, EachOfARoundGetsItsOwnOutcome) {
  ASSERT_TRUE(rounds_.record(database_, caller_, report("before")).has_value());
  std::vector<ConversionReport> reports;
  for (int i = 0; i < kThreads; ++i) {
    reports.push_back(report(i % 3 == 1 ? "before" : "t" + std::to_string(i)));
    if (i % 3 != 2) continue;
    reports.back().promo_code.reset();
    reports.back().click = wire::parse_uuid("0192f0c1-2345-7abc-8def-0123456789ab");
  }
  constexpr RecordOutcome kExpected[] = {RecordOutcome::booked, RecordOutcome::duplicate, RecordOutcome::needs_click};
  const auto outcomes = at_once(reports);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    ASSERT_TRUE(outcomes[i].has_value()) << outcomes[i].error().message;
    EXPECT_EQ(outcomes[i]->outcome, kExpected[i % 3]) << i;
  }
  EXPECT_EQ(number("select count(*) from conversions"), 1 + kThreads / 3);
}

TEST_F(ConversionRoundsTest, WhatPostgresRefusesHarmsNoOther) {
  std::vector<ConversionReport> reports;
  for (int i = 0; i < kThreads; ++i) reports.push_back(report("t" + std::to_string(i)));
  reports[3].prospect_email = "\xff";            // written
  reports[5].external_id = std::string("\xff");  // looked up
  const auto outcomes = at_once(reports);
  for (std::size_t i = 0; i < outcomes.size(); ++i) EXPECT_EQ(outcomes[i].has_value(), i != 3 && i != 5) << i;
  EXPECT_EQ(number("select count(*) from conversions"), kThreads - 2);
}

TEST_F(ConversionRoundsTest, AllRoundsRunOnOneConnection) {
  std::vector<std::thread> threads;
  std::atomic<int> connected = 0;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      Database mine(url_);
      auto booked = rounds_.record(mine, caller_, report("t" + std::to_string(i)));
      EXPECT_TRUE(booked.has_value() && booked->outcome == RecordOutcome::booked);
      connected += mine.connected() ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(connected, 0) << "the threads' own connections are not needed";
  EXPECT_EQ(number("select count(*) from pg_stat_activity where application_name = 'footfall-core rounds'"), 1);
}

TEST_F(ConversionRoundsTest, ALostConnectionFailsOneRoundAndIsMadeAnew) {
  ASSERT_TRUE(rounds_.record(database_, caller_, report("before")).has_value());
  ASSERT_EQ(number("select count(pg_terminate_backend(pid, 10000)) from pg_stat_activity where application_name = "
                   "'footfall-core rounds'"),
            1);
  const auto lost = rounds_.record(database_, caller_, report("t"));
  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(lost.error().kind, ErrorKind::unavailable);
  EXPECT_TRUE(lost.error().retryable);
  const auto again = rounds_.record(database_, caller_, report("t"));
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(again->outcome, RecordOutcome::booked);
}

// Counted under a lock, whoever else is in the round.
TEST_F(ConversionRoundsTest, ABudgetIsNeverExceeded) {  // AF-36
  caller_.policy.budget_refuses = true;
  ASSERT_TRUE(database_.execute("update campaigns set budget_minor = 550").has_value());
  std::vector<ConversionReport> reports;
  for (int i = 0; i < kThreads; ++i) reports.push_back(report("t" + std::to_string(i)));
  int booked = 0;
  for (const auto& outcome : at_once(reports)) {
    ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
    if (outcome->outcome == RecordOutcome::booked)
      ++booked;
    else
      EXPECT_EQ(outcome->outcome, RecordOutcome::budget_exceeded);
  }
  EXPECT_EQ(booked, 5);
  EXPECT_EQ(number("select count(*) from conversion_claims"), 5);  // a refused one may be reported again
}

TEST_F(ConversionRoundsTest, TiersCountEverySaleOfARound) {
  ASSERT_TRUE(database_.execute("update terms set tiers = '[{\"from\": 4, \"percent\": \"20\"}]'").has_value());
  std::vector<ConversionReport> reports;
  for (int i = 0; i < kThreads; ++i) reports.push_back(report("t" + std::to_string(i)));
  std::multiset<std::int64_t> earned;
  for (const auto& outcome : at_once(reports)) {
    ASSERT_TRUE(outcome.has_value() && outcome->outcome == RecordOutcome::booked);
    earned.insert(outcome->conversion.commission_minor);
  }
  EXPECT_EQ(earned.count(100), 4u);
  EXPECT_EQ(earned.count(200), kThreads - 4u);
}

TEST_F(ConversionRoundsTest, ACustomerEarnsNoMoreOftenThanAllowed) {  // AFS-34
  ASSERT_TRUE(database_.execute("update campaigns set model = 'cpa', customer_limit = 3").has_value());
  std::vector<ConversionReport> reports;
  for (int i = 0; i < kThreads; ++i) {
    reports.push_back(report("t" + std::to_string(i)));
    reports.back().customer_id = i % 2 == 0 ? "anna" : "bob";
  }
  std::map<std::string, int> booked;
  for (const auto& outcome : at_once(reports)) {
    ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
    if (outcome->outcome == RecordOutcome::booked) {
      ++booked[*outcome->conversion.customer_id];
    } else {
      EXPECT_EQ(outcome->outcome, RecordOutcome::customer_limit);
    }
  }
  EXPECT_EQ(booked, (std::map<std::string, int>{{"anna", 3}, {"bob", 3}}));
  EXPECT_EQ(number("select count(*) from conversions"), 6);
  EXPECT_EQ(number("select count(*) from conversion_claims where scope like 'customer:%' and slot < 3"), 6);
  EXPECT_EQ(number("select count(*) from conversion_claims"), 12) << "a refused one may be reported again";
}

TEST_F(ConversionRoundsTest, OneTransactionIdIsBookedOnceUnderABudgetToo) {
  ASSERT_TRUE(database_.execute("update campaigns set budget_minor = 550").has_value());
  const auto outcomes = at_once(std::vector<ConversionReport>(kThreads, report("same")));
  int booked = 0;
  for (const auto& outcome : outcomes) {
    ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
    booked += outcome->outcome == RecordOutcome::booked ? 1 : 0;
  }
  EXPECT_EQ(booked, 1);
  EXPECT_EQ(number("select count(*) from ledger_entries"), 2);
}

TEST_F(ConversionRoundsTest, BeyondTheBudgetASaleEarnsNothing) {  // SE-36
  ASSERT_TRUE(database_.execute("update campaigns set budget_minor = 550").has_value());
  std::vector<ConversionReport> reports;
  for (int i = 0; i < kThreads; ++i) reports.push_back(report("t" + std::to_string(i)));
  int paid = 0;
  for (const auto& outcome : at_once(reports)) {
    ASSERT_TRUE(outcome.has_value() && outcome->outcome == RecordOutcome::booked);
    const ConversionRow& row = outcome->conversion;
    EXPECT_TRUE(row.attributed);
    EXPECT_EQ(row.commission_minor == 0, row.explanation.ends_with("so the sale earns no commission."));
    paid += row.commission_minor == 100 ? 1 : 0;
  }
  EXPECT_EQ(paid, 5);
  EXPECT_EQ(number("select count(*) from conversions where commission_minor = 0 and attributed"), kThreads - 5);
}

TEST_F(ConversionRoundsTest, ADepositIsNeverOverdrawn) {  // AY-5
  caller_.policy.needs_deposit = true;
  ASSERT_TRUE(write_transaction(database_, {owner_.id, wire::Mode::live, "EUR", postings_of_deposit(550), {}, "paid"}));
  std::vector<ConversionReport> reports;
  for (int i = 0; i < kThreads; ++i) reports.push_back(report("t" + std::to_string(i)));
  int booked = 0;
  for (const auto& outcome : at_once(reports)) {
    ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
    if (outcome->outcome == RecordOutcome::booked) {
      ++booked;
      EXPECT_TRUE(outcome->conversion.from_deposit);
    } else {
      EXPECT_EQ(outcome->outcome, RecordOutcome::insufficient_deposit);
    }
  }
  EXPECT_EQ(booked, 5);
  EXPECT_EQ(number("select count(*) from conversion_claims"), 5);  // a refused one may be reported again
  EXPECT_EQ(number("select available_minor from deposit_balances"), 50);
  EXPECT_EQ(number("select reserved_minor from deposit_balances"), 500);
}

TEST_F(ConversionRoundsTest, ABudgetPaysInItsOwnCurrencyOnly) {  // SE-37
  ASSERT_TRUE(database_.execute("update campaigns set budget_minor = 150").has_value());
  ConversionReport foreign = report("yen");
  foreign.currency = "JPY";
  foreign.amount_minor = 45'000;
  const auto outcomes = at_once({foreign, report("euros")});
  ASSERT_TRUE(outcomes[0].has_value() && outcomes[1].has_value());
  EXPECT_EQ(outcomes[0]->outcome, RecordOutcome::booked);
  EXPECT_EQ(outcomes[0]->conversion.commission_minor, 0);
  EXPECT_TRUE(outcomes[0]->conversion.explanation.ends_with(
      "The program's budget is in EUR and pays no commission in JPY, so the sale earns none."))
      << outcomes[0]->conversion.explanation;
  EXPECT_EQ(outcomes[1]->conversion.commission_minor, 100) << "yen take nothing from a budget of euros";
}

// A caller may be remembered from an earlier request: its key and its account are looked at in the round that books.
TEST_F(ConversionRoundsTest, ARememberedCallerBooksWhileNothingOfItHasChanged) {
  NewKey wanted;
  wanted.account = owner_.public_id;
  auto key = create_key(database_, kOperator, wanted);
  ASSERT_TRUE(key.has_value()) << key.error().message;
  auto remembered = authenticate(database_, owner_.dialect, key->value);
  ASSERT_TRUE(remembered.has_value() && *remembered);
  const auto book = [&](const std::string& transaction) {
    ConversionReport one = report(transaction);
    one.caller_is_remembered = true;
    return rounds_.record(database_, **remembered, one);
  };
  ASSERT_TRUE(book("t1").has_value());
  AccountFields change;
  change.name = "Another";
  ASSERT_TRUE(update_account(database_, kOperator, owner_.public_id, change).has_value());
  EXPECT_FALSE(book("t2").has_value()) << "the account is another than was seen";
  remembered = authenticate(database_, owner_.dialect, key->value);
  ASSERT_TRUE(book("t2").has_value());
  ASSERT_TRUE(revoke_key(database_, kOperator, key->row.public_id).has_value());
  const auto refused = book("t3");
  ASSERT_FALSE(refused.has_value());
  EXPECT_TRUE(refused.error().retryable);
  EXPECT_EQ(number("select count(*) from conversions"), 2);
}

TEST_F(ConversionRoundsTest, TheLedgerTakesNoUnbalancedEntries) {
  NewBooking crooked;
  crooked.row.public_id = "conv_x";
  crooked.row.account = owner_.id;
  crooked.row.reason = "promo_code";
  crooked.row.commission_currency = "EUR";
  crooked.postings = {{"a", 100}, {"b", -99}};
  const auto written = write_bookings(database_, {&crooked, 1});
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().code, "P0001");
  EXPECT_EQ(number("select count(*) from conversions"), 0);
}

}  // namespace
}  // namespace footfall::core
