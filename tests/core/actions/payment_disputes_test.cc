// Disputes of payments (AY-38): what they take, what comes back, and that refunds and disputes together never take, or
// give back, more than was paid. The ledger proves itself after each test.
#include "core/actions/payment_disputes.h"

#include "core/actions/reading/deposits.h"
#include "core/actions/verify_ledger.h"
#include "proto/base/clock.h"
#include "tests/core/actions/provisioned.h"

namespace footfall::core {
namespace {

using enum PaymentEvent;
using NoticeOutcome::booked, NoticeOutcome::changes_nothing, NoticeOutcome::not_booked, NoticeOutcome::not_free,
    NoticeOutcome::repeated, NoticeOutcome::wrong_currency;

class PaymentDisputes : public Provisioned {
 protected:
  void SetUp() override {
    NewDeposit asked;
    asked.account = owner_.public_id;
    asked.amount = "100.00";
    asked.method = "stripe";
    auto row = prepare_deposit(database_, caller_, asked, {}, now_us_);
    ASSERT_TRUE(row.has_value()) << row.error().message;
    row->session = "cs_1";
    ASSERT_TRUE(store_prepared(database_, caller_, *row).has_value());
    deposit_ = row->public_id;
    ASSERT_EQ(tell(paid, 10'000), booked);
  }
  void TearDown() override {
    auto report = verify_ledger(database_);
    ASSERT_TRUE(report.has_value()) << report.error().message;
    EXPECT_TRUE(report->faults.empty()) << report->faults.front();
  }

  NoticeOutcome tell(PaymentEvent event, std::int64_t amount, const std::string& dispute = "",
                     const std::string& currency = "PLN") {
    PaymentNotice notice;
    notice.id = "evt_" + std::to_string(++notices_);
    notice.event = event;
    if (!is_of_dispute(event)) notice.deposit = deposit_;
    if (event == paid) notice.session = "cs_1";
    notice.amount_minor = amount;
    notice.currency = currency;
    notice.payment = "pi_1";
    notice.dispute = dispute;
    auto applied = apply_payment_notice(database_, upkeep_caller(), "stripe", notice, now_us_);
    if (!applied) {
      ADD_FAILURE() << applied.error().message;
      return repeated;
    }
    EXPECT_EQ(applied->deposit, deposit_);
    return applied->outcome;
  }
  std::int64_t available() { return read_deposit_balance(database_, caller_)->available_minor; }
  DepositRow deposit() { return *read_deposit(database_, caller_, deposit_); }
  std::string disputes() {
    std::string all;
    const auto rows = read_payment_disputes(database_, deposit());
    for (const PaymentDisputeRow& row : *rows) all += row.dispute_id + " " + row.status + " ";
    return all;
  }
  // So much is reserved for a conversion; by hand, for conversions are not what is tested here.
  void spend(std::int64_t amount_minor) {
    ASSERT_TRUE(
        database_
            .execute("update deposit_balances set available_minor = available_minor - " + std::to_string(amount_minor))
            .has_value());
  }

  AccountRow owner_ = account(wire::Dialect::affily);
  Caller caller_ = key_of(owner_, wire::Mode::live);
  std::int64_t now_us_ = system_clock().wall_us();
  std::string deposit_;
  int notices_ = 0;
};

TEST_F(PaymentDisputes, TakesTheMoneyAndGivesItBackWhenItIsWon) {
  EXPECT_EQ(tell(disputed, 4'000, "dp_1"), NoticeOutcome::disputed);
  EXPECT_EQ(available(), 6'000);
  EXPECT_EQ(tell(disputed, 4'000, "dp_1"), changes_nothing) << "another event of the same dispute";
  EXPECT_EQ(tell(dispute_won, 4'000, "dp_1"), booked);
  EXPECT_EQ(tell(dispute_won, 4'000, "dp_1"), changes_nothing);
  EXPECT_EQ(tell(disputed, 4'000, "dp_1"), changes_nothing);
  EXPECT_EQ(available(), 10'000);
  EXPECT_EQ(disputes(), "dp_1 won ");
  EXPECT_EQ(number("select count(*) from audit where action in ('deposit.dispute', 'deposit.dispute_won')"), 2);
}

TEST_F(PaymentDisputes, AWholeOneEndsTheDepositUntilItIsWon) {
  EXPECT_EQ(tell(disputed, 10'000, "dp_1"), NoticeOutcome::disputed);
  EXPECT_EQ(deposit().status, "refunded");
  EXPECT_EQ(tell(dispute_won, 10'000, "dp_1"), booked);
  EXPECT_EQ(deposit().status, "paid");
  EXPECT_EQ(available(), 10'000);
}

TEST_F(PaymentDisputes, WhatIsLostStaysAway) {
  EXPECT_EQ(tell(disputed, 4'000, "dp_1"), NoticeOutcome::disputed);
  EXPECT_EQ(tell(dispute_lost, 4'000, "dp_1"), changes_nothing);
  EXPECT_EQ(available(), 6'000);
  EXPECT_EQ(disputes(), "dp_1 lost ");
}

TEST_F(PaymentDisputes, NoticesMayComeInAnyOrder) {
  EXPECT_EQ(tell(dispute_won, 4'000, "dp_1"), changes_nothing);
  EXPECT_EQ(tell(disputed, 4'000, "dp_1"), changes_nothing) << "it was won before we knew of it";
  EXPECT_EQ(available(), 10'000);
  EXPECT_EQ(tell(dispute_lost, 4'000, "dp_2"), NoticeOutcome::disputed);
  EXPECT_EQ(tell(disputed, 4'000, "dp_2"), changes_nothing);
  EXPECT_EQ(available(), 6'000);
}

TEST_F(PaymentDisputes, ARefundAndADisputeOfTheSameMoneyTakeItOnce) {
  EXPECT_EQ(tell(disputed, 10'000, "dp_1"), NoticeOutcome::disputed);
  EXPECT_EQ(tell(refunded, 10'000), changes_nothing);
  EXPECT_EQ(available(), 0);
  EXPECT_EQ(tell(dispute_won, 10'000, "dp_1"), changes_nothing) << "the refund has sent it back";
  EXPECT_EQ(available(), 0);
}

TEST_F(PaymentDisputes, ADisputeAfterARefundTakesWhatIsLeft) {
  EXPECT_EQ(tell(refunded, 7'000), booked);
  EXPECT_EQ(tell(disputed, 10'000, "dp_1"), NoticeOutcome::disputed);
  EXPECT_EQ(available(), 0);
  EXPECT_EQ(tell(dispute_won, 10'000, "dp_1"), booked);
  EXPECT_EQ(available(), 3'000);
}

TEST_F(PaymentDisputes, ARefundOfTheRestIsNoPartOfTheDispute) {
  EXPECT_EQ(tell(disputed, 4'000, "dp_1"), NoticeOutcome::disputed);
  EXPECT_EQ(tell(refunded, 5'000), booked);
  EXPECT_EQ(available(), 1'000);
  EXPECT_EQ(tell(dispute_won, 4'000, "dp_1"), booked);
  EXPECT_EQ(available(), 5'000);
}

TEST_F(PaymentDisputes, WhatIsNotFreeWaitsForAnOperator) {
  spend(8'000);
  EXPECT_EQ(tell(disputed, 5'000, "dp_1"), not_free);
  EXPECT_EQ(available(), 0);
  EXPECT_EQ(tell(dispute_won, 5'000, "dp_1"), booked);
  EXPECT_EQ(available(), 2'000) << "no more than it took";
  spend(-8'000);
}

// A dispute of 60 that could take only 10 of a deposit of 100, then the rest is free again.
class ADisputeWithARest : public PaymentDisputes {
 protected:
  void SetUp() override {
    PaymentDisputes::SetUp();
    spend(9'000);
    ASSERT_EQ(tell(disputed, 6'000, "dp_1"), not_free);
    spend(-9'000);
    ASSERT_EQ(available(), 9'000);
  }
  Result<DepositRow> book(std::int64_t amount_minor, const char* dispute) {
    return book_rest_of_dispute(database_, kOperator, deposit_, dispute, amount_minor);
  }
};

TEST_F(ADisputeWithARest, TheOperatorBooksItForTheDispute) {
  ASSERT_TRUE(book(5'000, "dp_1").has_value());
  EXPECT_EQ(tell(refunded, 4'000), booked) << "no part of the dispute";
  EXPECT_EQ(available(), 0);
  EXPECT_EQ(tell(dispute_won, 6'000, "dp_1"), booked);
  EXPECT_EQ(available(), 6'000) << "what was booked by hand comes back, too";
}

TEST_F(ADisputeWithARest, TheOperatorCannotBookMoreThanTheDispute) {
  EXPECT_EQ(book(5'001, "dp_1").error().kind, ErrorKind::invalid);
  EXPECT_EQ(book(100, "dp_2").error().kind, ErrorKind::not_found);
  ASSERT_EQ(tell(dispute_won, 6'000, "dp_1"), booked);
  EXPECT_EQ(book(100, "dp_1").error().kind, ErrorKind::conflict);
  EXPECT_EQ(available(), 10'000);
}

TEST_F(ADisputeWithARest, ARefundMeetsWhatWasBookedWithoutTheDispute) {
  ASSERT_TRUE(refund_deposit(database_, kOperator, deposit_, "50.00").has_value());
  EXPECT_EQ(tell(refunded, 4'000), not_booked) << "the 50 may be the dispute's";
  EXPECT_EQ(tell(refunded, 6'000), not_booked) << "10 is sure, the rest is not";
  EXPECT_EQ(available(), 3'000);
  EXPECT_EQ(tell(refunded, 10'000), booked) << "nothing is left of it";
  EXPECT_EQ(available(), 0);
}

TEST_F(PaymentDisputes, APaymentConfirmedByHandIsTheOperators) {
  ASSERT_TRUE(database_.execute("update payment_notices set outcome = 'wrong_amount'").has_value());
  EXPECT_EQ(tell(disputed, 4'000, "dp_1"), not_booked);
  EXPECT_EQ(tell(disputed, 4'000, "dp_1"), changes_nothing);
  EXPECT_EQ(available(), 10'000);
  ASSERT_TRUE(database_.execute("update deposits set status = 'pending_payment'").has_value());
  EXPECT_EQ(book_rest_of_dispute(database_, kOperator, deposit_, "dp_1", {}).error().kind, ErrorKind::conflict);
  ASSERT_TRUE(database_.execute("update deposits set status = 'paid'").has_value());
  ASSERT_TRUE(book_rest_of_dispute(database_, kOperator, deposit_, "dp_1", {}).has_value());
  EXPECT_EQ(available(), 6'000);
  EXPECT_EQ(tell(dispute_won, 4'000, "dp_1"), booked);
  EXPECT_EQ(available(), 10'000);
}

TEST_F(PaymentDisputes, MoneyThatWasNotBookedIsNotTaken) {
  EXPECT_EQ(tell(disputed, 10'000, "dp_1", "EUR"), wrong_currency);
  PaymentNotice stranger{"evt_x", disputed, "", "", 10'000, "PLN", "pi_other", "dp_2"};
  EXPECT_EQ(apply_payment_notice(database_, upkeep_caller(), "stripe", stranger, now_us_).error().kind,
            ErrorKind::not_found);
  EXPECT_EQ(available(), 10'000);
  EXPECT_EQ(disputes(), "");
}

}  // namespace
}  // namespace footfall::core
