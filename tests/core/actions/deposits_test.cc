// Deposits: what is asked for, confirmed once however often it is confirmed, and refunded (AY-27).
#include "core/actions/deposits.h"

#include <barrier>
#include <thread>

#include "core/actions/change_conversion.h"
#include "core/actions/conversion_rounds.h"
#include "core/actions/keep_up_conversions.h"
#include "core/actions/reading/conversions.h"
#include "core/actions/reading/deposits.h"
#include "core/actions/verify_ledger.h"
#include "proto/base/clock.h"
#include "tests/core/actions/provisioned.h"

namespace footfall::core {
namespace {

class DepositsTest : public Provisioned {
 protected:
  AccountRow owner_ = account(wire::Dialect::affily);
  Campaign offer_ = campaign(owner_);
  Caller caller_ = key_of(owner_, wire::Mode::live);
  std::vector<std::string> hosts_ = {"billing.example"};
  std::int64_t now_us_ = system_clock().wall_us();

  NewDeposit asked(const std::string& amount = "100.00") {
    NewDeposit deposit;
    deposit.account = owner_.public_id;
    deposit.amount = amount;
    deposit.method = "transfer";
    return deposit;
  }
  Result<DepositRow> create(const NewDeposit& deposit) {
    return create_deposit(database_, caller_, deposit, hosts_, now_us_);
  }
  std::string wrong_field(const NewDeposit& deposit) {
    auto made = create(deposit);
    return made ? "none" : made.error().code;
  }
  std::int64_t available() { return read_deposit_balance(database_, caller_)->available_minor; }
  void TearDown() override {
    auto report = verify_ledger(database_);
    ASSERT_TRUE(report.has_value()) << report.error().message;
    EXPECT_TRUE(report->faults.empty()) << report->faults.front();
  }
};

TEST_F(DepositsTest, NamesTheFieldThatIsWrong) {
  for (const char* amount : {"0", "-1", "1.001", "x", "", "1000000000000.01"}) {
    EXPECT_EQ(wrong_field(asked(amount)), "amount") << amount;
  }
  NewDeposit deposit = asked();
  deposit.currency = "EUR";  // AY-19
  EXPECT_EQ(wrong_field(deposit), "currency");
  deposit = asked();
  deposit.method = "cash";
  EXPECT_EQ(wrong_field(deposit), "method");
}

TEST_F(DepositsTest, LeadsBackToKnownHostsOnly) {
  NewDeposit deposit = asked();
  for (const char* known : {"https://shop.example/paid?x=1", "https://billing.example/", "http://SHOP.example:8080/"}) {
    deposit.return_url = known;
    EXPECT_EQ(wrong_field(deposit), "none") << known;
  }
  for (const char* strange : {"https://evil.example/", "https://shop.example.evil.example/", "javascript:alert(1)",
                              "//shop.example/", "https://shop.example@evil.example/", "text"}) {
    deposit.return_url = strange;
    EXPECT_EQ(wrong_field(deposit), "return_url") << strange;
  }
}

TEST_F(DepositsTest, OfAnotherAccountIsNotFound) {
  auto made = create(asked());
  ASSERT_TRUE(made.has_value()) << made.error().message;
  const Caller stranger = key_of(account(wire::Dialect::affily), wire::Mode::live);
  EXPECT_EQ(confirm_deposit(database_, stranger, made->public_id, {}, now_us_).error().kind, ErrorKind::not_found);
  EXPECT_EQ(read_deposit(database_, stranger, made->public_id).error().kind, ErrorKind::not_found);
  EXPECT_EQ(read_deposit(database_, key_of(owner_, wire::Mode::test), made->public_id).error().kind,
            ErrorKind::not_found);
  EXPECT_EQ(refund_deposit(database_, caller_, made->public_id, {}).error().kind, ErrorKind::not_found);
}

TEST_F(DepositsTest, ConfirmedByManyAtOncePaysOnce) {
  const std::string id = create(asked())->public_id;
  std::barrier start(8);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      Database mine(url_);
      (void)mine.query("select 1");
      start.arrive_and_wait();
      auto paid = confirm_deposit(mine, kOperator, id, 10'000, now_us_);
      ASSERT_TRUE(paid.has_value()) << paid.error().message;
      EXPECT_EQ(paid->status, "paid");
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(available(), 10'000);
  EXPECT_EQ(number("select count(*) from audit where action = 'deposit.confirm'"), 1);
}

TEST_F(DepositsTest, AnotherSumThanWasAskedForIsRefused) {
  const std::string id = create(asked())->public_id;
  EXPECT_EQ(confirm_deposit(database_, kOperator, id, 9'999, now_us_).error().kind, ErrorKind::conflict);
  EXPECT_EQ(available(), 0);
}

TEST_F(DepositsTest, ALatePaymentCounts) {
  const DepositRow made = *create(asked());
  EXPECT_EQ(confirm_deposit(database_, kOperator, made.public_id, {}, made.expires_us + 1)->status, "paid");
  EXPECT_EQ(available(), 10'000);
}

TEST_F(DepositsTest, IsRefundedInPartsAndNeverMore) {
  const std::string id = create(asked())->public_id;
  EXPECT_EQ(refund_deposit(database_, kOperator, id, {}).error().kind, ErrorKind::conflict) << "it is not paid";
  ASSERT_TRUE(confirm_deposit(database_, kOperator, id, {}, now_us_).has_value());
  EXPECT_EQ(refund_deposit(database_, kOperator, id, "30.00")->status, "paid");
  for (const char* part : {"70.01", "0", "-1", "x"}) {
    EXPECT_FALSE(refund_deposit(database_, kOperator, id, part).has_value()) << part;
  }
  EXPECT_EQ(refund_deposit(database_, kOperator, id, {})->status, "refunded");
  EXPECT_EQ(available(), 0);
  EXPECT_EQ(refund_deposit(database_, kOperator, id, {}).error().kind, ErrorKind::conflict);
  EXPECT_EQ(confirm_deposit(database_, kOperator, id, {}, now_us_).error().kind, ErrorKind::conflict);
}

TEST_F(DepositsTest, OnlySoManyWaitForTheirPayment) {
  for (int i = 0; i < kDepositsOpenMax; ++i) ASSERT_TRUE(create(asked()).has_value());
  EXPECT_EQ(wrong_field(asked()), "too_many_deposits");
  now_us_ += (kTransferLife_s + 1) * 1'000'000;  // they have expired
  EXPECT_EQ(wrong_field(asked()), "none");
}

// AY-5: the report was answered before its click came, so it can no longer be refused.
TEST_F(DepositsTest, ALateClickIsCoveredOrHeldForAPerson) {
  ASSERT_TRUE(database_.execute("create table clicks_all partition of clicks default").has_value());
  ASSERT_TRUE(join(offer_, "jane@blog.example").has_value());
  ASSERT_TRUE(confirm_deposit(database_, kOperator, create(asked("10.00"))->public_id, {}, now_us_).has_value());
  ConversionRounds rounds(system_clock(), url_);
  std::vector<std::string> booked;
  for (const char* order : {"first", "second"}) {
    ConversionReport report;
    report.click = wire::parse_uuid("0198c0de-0000-7000-8000-000000000001").value();
    report.campaign = &offer_.row;
    report.external_id = order;
    report.amount_text = "100.00";
    report.received_us = now_us_;
    report.must_attribute = report.click_settled = report.click_may_still_come = true;
    auto recorded = rounds.record(database_, caller_, report);
    ASSERT_TRUE(recorded.has_value() && recorded->outcome == RecordOutcome::booked);
    EXPECT_EQ(recorded->conversion.commission_minor, 0);
    EXPECT_EQ(recorded->conversion.hold_until_us, now_us_ + offer_.row.hold_s * 1'000'000) << "AFY-19: from the start";
    booked.push_back(recorded->conversion.public_id);
  }
  EXPECT_EQ(available(), 1'000);
  ASSERT_TRUE(database_
                  .execute("insert into clicks (id, account_id, mode, received_at, campaign_id, affiliate_id, link_id, "
                           "verdict, is_unique, source, stream_id, number) select "
                           "'0198c0de-0000-7000-8000-000000000001', account_id, 0, now(), campaign_id, affiliate_id, "
                           "id, 0, true, 0, 1, 1 from links")
                  .has_value());
  ASSERT_EQ(keep_up_conversions(database_, now_us_, 100)->resolved, 2);
  const ConversionRow covered = **read_conversion(database_, caller_, booked[0]);
  const ConversionRow held = **read_conversion(database_, caller_, booked[1]);
  EXPECT_EQ(covered.commission_minor, 1'000);
  EXPECT_TRUE(covered.from_deposit && !covered.review);
  EXPECT_EQ(held.commission_minor, 1'000);
  EXPECT_TRUE(!held.from_deposit && held.review) << held.explanation;
  EXPECT_EQ(available(), 0);
}

}  // namespace
}  // namespace footfall::core
