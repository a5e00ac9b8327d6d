// Fraud rules beside others that report at the same moment, in this process and in another one (SE-65).
#include <barrier>
#include <thread>

#include "core/actions/book_conversions.h"
#include "tests/core/actions/fraud_fixture.h"

namespace footfall::core {
namespace {

class FraudBeside : public FraudSales {
 protected:
  ConversionRounds other_rounds_{system_clock(), url_};  // as of another process

  // Half of them in each process, all at the same moment.
  void at_once(const std::vector<ConversionReport>& reports) {
    std::barrier start(static_cast<std::ptrdiff_t>(reports.size()));
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < reports.size(); ++i) {
      threads.emplace_back([&, i] {
        Database mine(url_);
        (void)mine.query("select 1");
        start.arrive_and_wait();
        auto recorded = (i % 2 == 0 ? rounds_ : other_rounds_).record(mine, caller_, reports[i]);
        EXPECT_TRUE(recorded.has_value()) << recorded.error().message;
      });
    }
  }
};

TEST_F(FraudBeside, OfTheSamePurchaseAtOnceOneAloneIsNotHeld) {
  for (int round = 0; round < 8; ++round) {
    const auto click = store("human", 'a', 0);
    const std::string name = "r" + std::to_string(round) + "-";
    at_once({sale(name + "1", click), sale(name + "2", click), sale(name + "3", click), sale(name + "4", click)});
    EXPECT_EQ(held(name + "%"), 3) << name;
  }
  expect_sound_books();
}

TEST_F(FraudBeside, SoWhereACountDecidesTheCommission) {
  sql("update campaigns set budget_minor = 1000000, currency = 'EUR'");
  for (int round = 0; round < 4; ++round) {
    const auto click = store("human", 'a', 0);
    const std::string name = "r" + std::to_string(round) + "-";
    at_once({sale(name + "1", click), sale(name + "2", click), sale(name + "3", click), sale(name + "4", click)});
    EXPECT_EQ(held(name + "%"), 3) << name;
  }
  expect_sound_books();
}

TEST_F(FraudBeside, NeverMoreThanTheVelocityAllowsPass) {
  sql("update campaigns set fraud_velocity_count = 5, fraud_duplicate_s = 0");
  std::vector<ConversionReport> reports;
  for (int i = 0; i < 12; ++i) reports.push_back(sale("v" + std::to_string(i), store("human", 'a', 0), 1'000 + i));
  at_once(reports);
  EXPECT_EQ(held("v%"), 7);
  expect_sound_books();
}

TEST_F(FraudBeside, TwoOfStripesSessionsAtOnceAreJudgedOneAfterTheOther) {
  for (int round = 0; round < 8; ++round) {
    const auto click = store("human", 'a', 0);
    const std::string name = "pi_" + std::to_string(round);
    const StripeSale sales[] = {session(click, name + "_1"), session(click, name + "_2")};
    std::barrier start(2);
    {
      std::vector<std::jthread> threads;
      for (const StripeSale& one : sales) {
        threads.emplace_back([&] {
          Database mine(url_);
          (void)mine.query("select 1");
          start.arrive_and_wait();
          EXPECT_EQ(taken(mine, one), "booked");
        });
      }
    }
    EXPECT_EQ(held(name + "%"), 1) << name;
  }
}

// Reports of one round, as judge_and_book() gets them.
TEST_F(FraudBeside, RetriesOfOneTransactionAreOneForTheVelocity) {
  sql("update campaigns set fraud_velocity_count = 2, fraud_duplicate_s = 0");
  const auto click = store("human", 'a', 0), another = store("human", 'b', 0);
  std::vector<ConversionReport> reports(5, sale("retried", click));
  reports.push_back(sale("next", another, 2'000));
  reports.push_back(sale("last", another, 3'000));
  std::vector<PendingConversion> pending;
  for (const ConversionReport& report : reports) pending.push_back({&caller_, &report});
  judge_and_book(database_, pending);
  EXPECT_EQ(held("retried"), 0);
  EXPECT_EQ(held("next"), 0) << "one transaction came before it, however often it was reported";
  EXPECT_EQ(held("last"), 1);
}

}  // namespace
}  // namespace footfall::core
