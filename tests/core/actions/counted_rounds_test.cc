// Budgets and tiers under two programs that book at the same time while a person decides: never beyond the budget, and
// exact to the last minor unit.
#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include "core/actions/change_conversion.h"
#include "core/actions/conversion_rounds.h"
#include "core/actions/verify_ledger.h"
#include "core/storage/campaign_counts.h"
#include "proto/base/clock.h"
#include "tests/core/actions/provisioned.h"

namespace footfall::core {
namespace {

class CountedRounds : public Provisioned {
 protected:
  static constexpr int kPrograms = 2;
  static constexpr int kThreads = 5;   // of each
  static constexpr int kReports = 30;  // of each thread
  static constexpr std::int64_t kBudget = 20'000;
  AccountRow owner_ = account();
  Campaign campaign_ = campaign(owner_);
  Caller caller_ = key_of(owner_, wire::Mode::live);
  ConversionRounds programs_[kPrograms]{{system_clock(), url_}, {system_clock(), url_}};
  std::atomic<int> next_ = 0, booked_ = 0, refused_ = 0, decided_ = 0;

  void SetUp() override {
    caller_.policy.budget_refuses = true;
    ASSERT_TRUE(join(campaign_, "jane@blog.example", "summer24").has_value());
    ASSERT_TRUE(database_
                    .execute("insert into promo_codes (public_id, account_id, mode, code, code_fold, campaign_id, "
                             "affiliate_id) select 'prm_1', c.account_id, 'live', 'SAVE', 'save', c.id, a.id "
                             "from campaigns c, affiliates a")
                    .has_value());
    ASSERT_TRUE(database_.execute("update campaigns set budget_minor = " + std::to_string(kBudget)).has_value());
  }
  Result<RecordedConversion> report(Database& database, ConversionRounds& rounds, std::int64_t commission_minor) {
    ConversionReport made;
    made.promo_code = "SAVE";
    made.external_id = "t" + std::to_string(++next_);
    made.amount_minor = 10 * commission_minor;  // of which the campaign pays a tenth
    made.currency = "EUR";
    made.received_us = system_clock().wall_us();
    return rounds.record(database, caller_, made);
  }
  // Reports and sometimes decides what it has reported; each decision gives to the budget or takes from it.
  void work(ConversionRounds& rounds, unsigned seed) {
    Database mine(url_);
    std::mt19937 random(seed);
    const auto below = [&](int end) { return std::uniform_int_distribution(0, end - 1)(random); };
    std::vector<std::string> ids;
    for (int i = 0; i < kReports; ++i) {
      auto recorded = report(mine, rounds, 1 + below(250));
      ASSERT_TRUE(recorded.has_value()) << recorded.error().message;
      ++(recorded->outcome == RecordOutcome::booked ? booked_ : refused_);
      ASSERT_TRUE(recorded->outcome == RecordOutcome::booked || recorded->outcome == RecordOutcome::budget_exceeded);
      if (recorded->outcome == RecordOutcome::booked) ids.push_back(recorded->conversion.public_id);
      if (ids.empty() || below(2) == 0) continue;
      using enum ConversionVerb;
      constexpr ConversionVerb kVerbs[] = {reject, restore, approve, reverse};
      const ConversionChange change{
          ids[static_cast<std::size_t>(below(static_cast<int>(ids.size())))], kVerbs[below(4)], {}, {}, {}};
      auto changed = change_conversion(mine, kOperator, change);
      ASSERT_TRUE(changed.has_value() || changed.error().kind == ErrorKind::conflict) << changed.error().message;
      decided_ += changed.has_value() ? 1 : 0;
    }
  }
  std::int64_t standing_minor(Database& database) {
    auto rows = database.query(
        "select coalesce(sum(commission_minor - reversed_minor), 0)::bigint from conversions where status not in "
        "('rejected', 'reversed')");
    return rows ? rows->integer(0, 0) : -1;
  }
};

TEST_F(CountedRounds, ABudgetIsExactWhoeverBooksAndDecides) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kPrograms * kThreads; ++i) {
    threads.emplace_back([this, seed, i] { work(programs_[i % kPrograms], seed + i); });
  }
  std::atomic<bool> done = false;
  std::int64_t most = 0;
  std::thread watcher([&] {
    Database mine(url_);
    while (!done) most = std::max(most, standing_minor(mine));
  });
  for (auto& thread : threads) thread.join();
  done = true;
  watcher.join();
  EXPECT_GT(booked_, 50);
  EXPECT_GT(refused_, 10) << "the budget was never used up";
  EXPECT_GT(decided_, 20);
  EXPECT_GT(most, kBudget / 2);
  EXPECT_LE(most, kBudget) << "at no moment";

  const std::int64_t left = kBudget - standing_minor(database_);
  ASSERT_GE(left, 0);
  EXPECT_EQ(report(database_, programs_[0], left + 1)->outcome, RecordOutcome::budget_exceeded);
  if (left > 0) {
    EXPECT_EQ(report(database_, programs_[1], left)->outcome, RecordOutcome::booked);
  }
  EXPECT_EQ(report(database_, programs_[0], 1)->outcome, RecordOutcome::budget_exceeded) << "not one more";
  EXPECT_EQ(standing_minor(database_), kBudget);
  auto verified = verify_ledger(database_);
  ASSERT_TRUE(verified.has_value()) << verified.error().message;
  EXPECT_EQ(verified->faults, std::vector<std::string>{});
}

// Sales from the 41st on earn twice as much; one that is rejected leaves its place to the next.
TEST_F(CountedRounds, TiersCountOverAllPrograms) {
  ASSERT_TRUE(database_
                  .execute("update campaigns set budget_minor = null; update terms set tiers = "
                           "'[{\"from\": 40, \"percent\": \"20\"}]'")
                  .has_value());
  std::vector<std::thread> threads;
  for (int i = 0; i < kPrograms * kThreads; ++i) {
    threads.emplace_back([this, i] {
      Database mine(url_);
      for (int left = 10; left > 0; --left) {
        auto recorded = report(mine, programs_[i % kPrograms], 100);
        ASSERT_TRUE(recorded.has_value()) << recorded.error().message;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(number("select count(*) from conversions where commission_minor = 100"), 40);
  EXPECT_EQ(number("select count(*) from conversions where commission_minor = 200"), kPrograms * kThreads * 10 - 40);
  ASSERT_TRUE(database_
                  .execute("update conversions set status = 'rejected' where id in (select id from conversions "
                           "order by id limit 61)")
                  .has_value());
  EXPECT_EQ(report(database_, programs_[0], 100)->conversion.commission_minor, 100) << "39 stand";
  EXPECT_EQ(report(database_, programs_[1], 100)->conversion.commission_minor, 200) << "40 stand";
}

}  // namespace
}  // namespace footfall::core
