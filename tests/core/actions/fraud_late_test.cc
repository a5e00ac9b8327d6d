// Fraud rules for sales whose click comes late, and who is judged by whom (SE-65).
#include <atomic>
#include <barrier>
#include <thread>

#include "tests/core/actions/fraud_fixture.h"

namespace footfall::core {
namespace {

class FraudLate : public FraudSales {
 protected:
  std::string buyer_ = "buyer@elsewhere.example";

  // Afterwards neither click is stored: what is reported with them waits.
  std::vector<wire::ClickId> clicks_to_come() {
    std::vector<wire::ClickId> clicks = {store("human", 'a', 0), store("human", 'b', 0)};
    sql("create table if not exists away as select * from clicks; delete from away; insert into away select * from "
        "clicks; delete from clicks");
    return clicks;
  }
  void bring(const wire::ClickId& click) {
    sql("insert into clicks select * from away where id = '" + wire::to_uuid(click) + "'");
  }
  void report(const std::string& transaction, const wire::ClickId& click, bool waits) {
    ConversionReport reported = sale(transaction, click);
    reported.prospect_email = buyer_;
    reported.click_may_still_come = true;
    auto recorded = rounds_.record(database_, caller_, reported);
    ASSERT_TRUE(recorded.has_value()) << recorded.error().message;
    ASSERT_EQ(recorded->conversion.unresolved_until_us.has_value(), waits) << transaction;
  }
  std::int64_t resolved() { return keep_up_conversions(database_, now_us_, 100)->resolved; }
  std::string repeated() {
    auto rows = database_.query("select details->'rules'->0->>'repeats' from audit where action = 'conversion.hold'");
    return rows && rows->size() == 1 ? std::string(rows->text(0, 0)) : "not one";
  }
};

// How many came before it, for the velocity.
TEST_F(FraudLate, ALateClickIsJudgedByWhatCameBeforeItsSale) {
  sql("update campaigns set fraud_velocity_count = 2");
  const auto click = store("human", 'a', 0), another = store("human", 'b', 0);
  sql("create table away as select * from clicks; delete from clicks where id = '" + wire::to_uuid(click) + "'");
  ConversionReport early = sale("early", click);
  early.click_may_still_come = true;
  early.prospect_email = "buyer@elsewhere.example";
  ASSERT_TRUE(rounds_.record(database_, caller_, early).has_value());
  for (int i = 0; i < 2; ++i) {
    ConversionReport later = sale("later" + std::to_string(i), another, 2'000 + i);
    later.prospect_email = early.prospect_email;
    ASSERT_TRUE(rounds_.record(database_, caller_, later).has_value());
  }
  EXPECT_EQ(held("later%"), 0);
  sql("delete from clicks; insert into clicks select * from away");
  ASSERT_EQ(keep_up_conversions(database_, now_us_, 100)->resolved, 1);
  EXPECT_EQ(held("early"), 0) << "the others came after it";
}

// Its click is stored when the second one is reported, and the first one still waits for it.
TEST_F(FraudLate, ASaleThatWaitsForTheSameClickWasBefore) {
  const auto click = store("human", 'a', 0);
  sql("create table away as select * from clicks; delete from clicks");
  ConversionReport early = sale("early", click);
  early.click_may_still_come = true;
  ASSERT_TRUE(rounds_.record(database_, caller_, early).has_value());
  sql("insert into clicks select * from away");
  ASSERT_TRUE(rounds_.record(database_, caller_, sale("second", click)).has_value());
  EXPECT_EQ(held("second"), 1);
  ASSERT_EQ(keep_up_conversions(database_, now_us_, 100)->resolved, 1);
  EXPECT_EQ(held("early"), 0);
}

TEST_F(FraudLate, OfABuyersTwoLateClicksTheOneThatComesFirstPasses) {
  const auto clicks = clicks_to_come();
  report("first", clicks[0], true);
  report("second", clicks[1], true);
  bring(clicks[1]);
  ASSERT_EQ(resolved(), 1);
  EXPECT_EQ(held("second"), 0) << "the other one is not known to be a purchase of this campaign";
  bring(clicks[0]);
  ASSERT_EQ(resolved(), 1);
  EXPECT_EQ(held("first"), 1);
  EXPECT_EQ(repeated(), "second");
  expect_sound_books();
}

TEST_F(FraudLate, OfABuyersTwoLateClicksThatCameTogetherTheFirstReportPasses) {
  const auto clicks = clicks_to_come();
  report("first", clicks[0], true);
  report("second", clicks[1], true);
  bring(clicks[0]);
  bring(clicks[1]);
  ASSERT_EQ(resolved(), 2);
  EXPECT_EQ(held("first"), 0);
  EXPECT_EQ(held("second"), 1);
}

TEST_F(FraudLate, ALateClickIsJudgedByWhatItsBuyerWasCreditedForMeanwhile) {
  const auto clicks = clicks_to_come();
  report("early", clicks[0], true);
  bring(clicks[1]);
  report("second", clicks[1], false);
  EXPECT_EQ(held("second"), 0);
  bring(clicks[0]);
  ASSERT_EQ(resolved(), 1);
  EXPECT_EQ(held("early"), 1);
  EXPECT_EQ(repeated(), "second");
}

TEST_F(FraudLate, TwoSalesOfABuyerThatWaitForOneClickAreJudgedOnce) {
  const auto clicks = clicks_to_come();
  report("first", clicks[0], true);
  report("second", clicks[0], true);
  bring(clicks[0]);
  ASSERT_EQ(resolved(), 2);
  EXPECT_EQ(held("first"), 0);
  EXPECT_EQ(held("second"), 1);
}

// The second one is held for the first, which waits, and the third for the second.
TEST_F(FraudLate, OfThreeSalesOfABuyerOnePasses) {
  const auto clicks = clicks_to_come();
  report("first", clicks[0], true);
  bring(clicks[0]);
  report("second", clicks[0], false);
  bring(clicks[1]);
  report("third", clicks[1], false);
  EXPECT_EQ(held("%"), 2);
  ASSERT_EQ(resolved(), 1);
  EXPECT_EQ(held("first"), 0);
}

TEST_F(FraudLate, LateClicksFurtherApartThanTheRuleSaysPass) {
  sql("update campaigns set fraud_duplicate_s = 60");
  const auto clicks = clicks_to_come();
  report("first", clicks[0], true);
  report("second", clicks[1], true);
  sql("update conversions set created_at = created_at - interval '2 minutes' where external_id = 'first'; "
      "update terms set created_at = created_at - interval '1 hour'");
  bring(clicks[1]);
  ASSERT_EQ(resolved(), 1);
  bring(clicks[0]);
  ASSERT_EQ(resolved(), 1);
  EXPECT_EQ(held("%"), 0);
}

TEST_F(FraudLate, ALateClickPassesBesideASaleThatWasRejected) {
  const auto clicks = clicks_to_come();
  report("first", clicks[0], true);
  report("second", clicks[1], true);
  bring(clicks[1]);
  ASSERT_EQ(resolved(), 1);
  change(id_of("second"), ConversionVerb::reject);
  bring(clicks[0]);
  ASSERT_EQ(resolved(), 1);
  EXPECT_EQ(held("%"), 0);
}

TEST_F(FraudLate, OfABuyersLateClicksAtOnceOneAlonePassesInTwoUpkeeps) {
  for (int round = 0; round < 8; ++round) {
    const auto clicks = clicks_to_come();
    const std::string name = "r" + std::to_string(round) + "-";
    buyer_ = name + "buyer@elsewhere.example";
    report(name + "1", clicks[0], true);
    report(name + "2", clicks[1], true);
    bring(clicks[1]);
    bring(clicks[0]);
    std::barrier start(2);
    std::atomic<std::int64_t> sum = 0;
    {
      std::vector<std::jthread> upkeeps;
      for (int i = 0; i < 2; ++i) {
        upkeeps.emplace_back([&] {
          Database mine(url_);
          (void)mine.query("select 1");
          start.arrive_and_wait();
          sum += keep_up_conversions(mine, now_us_, 100)->resolved;
        });
      }
    }
    EXPECT_EQ(sum, 2);
    EXPECT_EQ(held(name + "%"), 1) << name;
  }
}

}  // namespace
}  // namespace footfall::core
