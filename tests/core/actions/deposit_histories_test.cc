// Random histories of deposits, payments, conversions, decisions and refunds: after each step what is free to spend is
// what was paid in, less what was paid back and what commissions hold; after each history the ledger proves itself.
// RapidCheck shortens a history that fails.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/actions/change_conversion.h"
#include "core/actions/conversion_rounds.h"
#include "core/actions/deposits.h"
#include "core/actions/payment_disputes.h"
#include "core/actions/payment_notices.h"
#include "core/actions/reading/deposits.h"
#include "core/actions/verify_ledger.h"
#include "proto/base/clock.h"
#include "tests/core/actions/provisioned.h"

namespace footfall::core {
namespace {

struct Step {
  int kind = 0;
  int which = 0;            // of the deposits, or of the conversions, that there are
  std::int64_t amount = 0;  // in minor units
};

std::ostream& operator<<(std::ostream& out, const Step& step) {
  return out << "{" << step.kind << ", " << step.which << ", " << step.amount << "}";
}

rc::Gen<std::vector<Step>> histories() {
  return rc::gen::container<std::vector<Step>>(
      rc::gen::build<Step>(rc::gen::set(&Step::kind, rc::gen::resize(100, rc::gen::inRange(0, 22))),
                           rc::gen::set(&Step::which, rc::gen::inRange(0, 50)),
                           rc::gen::set(&Step::amount, rc::gen::inRange<std::int64_t>(1, 20'000))));
}

class DepositHistories : public Provisioned {
 protected:
  void SetUp() override {
    ASSERT_TRUE(database_.execute("create table clicks_all partition of clicks default").has_value());
  }

  // An account of its own for each history, with a click that may be converted.
  void begin() {
    const std::string number = std::to_string(++histories_);
    owner_ = account(wire::Dialect::affily, "h" + number + ".localhost");
    offer_ = campaign(owner_);
    caller_ = key_of(owner_, wire::Mode::live);
    deposits_.clear();
    conversions_.clear();
    ASSERT_TRUE(join(offer_, "jane@blog.example").has_value());
    click_ = wire::parse_uuid("0198c0de-0000-7000-8000-" + std::string(12 - number.size(), '0') + number).value();
    ASSERT_TRUE(
        database_
            .execute("insert into clicks (id, account_id, mode, received_at, campaign_id, affiliate_id, link_id, "
                     "verdict, is_unique, source, stream_id, number) select '0198c0de-0000-7000-8000-" +
                     std::string(12 - number.size(), '0') + number +
                     "', account_id, 0, now(), campaign_id, affiliate_id, id, 0, true, 0, 1, " + number +
                     " from links where account_id = " + std::to_string(owner_.id.value))
            .has_value());
  }

  void deposit(std::int64_t amount, bool by_stripe, const char* event = nullptr) {
    NewDeposit asked;
    asked.account = owner_.public_id;
    asked.amount = format_minor(amount, 2);
    asked.method = by_stripe ? "stripe" : "transfer";
    auto row = prepare_deposit(database_, caller_, asked, {}, now_us_);
    if (!row) return;  // a hundred wait already
    if (by_stripe) row->session = "cs_" + row->public_id;
    auto stored = store_prepared(database_, caller_, *row);
    ASSERT_TRUE(stored.has_value()) << stored.error().message;
    deposits_.push_back(stored->public_id);
    if (by_stripe && event) tell(*stored, PaymentEvent::paid, amount, event);
  }
  void tell(const DepositRow& row, PaymentEvent event, std::int64_t amount, const std::string& name,
            const std::string& dispute = {}) {
    const PaymentNotice notice{
        name + row.public_id,   event, row.public_id, row.session.value_or(""), amount, "PLN", "pi_" + row.public_id,
        dispute + row.public_id};
    auto told = apply_payment_notice(database_, upkeep_caller(), row.method, notice, now_us_);
    if (told && is_of_dispute(event)) count_dispute(told->outcome);
    if (told || !row.session) return;
    if (is_of_dispute(event) && told.error().kind == ErrorKind::not_found) return;  // it was not paid yet
    ASSERT_EQ(told.error().kind, ErrorKind::conflict) << told.error().message;
  }
  void count_dispute(NoticeOutcome outcome) {
    if (outcome == NoticeOutcome::disputed) ++taken_;
    if (outcome == NoticeOutcome::booked) ++given_back_;
  }
  // One of two disputes of the deposit, at any of its stages.
  void dispute(const DepositRow& row, const Step& step) {
    constexpr PaymentEvent kStages[] = {PaymentEvent::disputed, PaymentEvent::dispute_won, PaymentEvent::dispute_lost};
    const PaymentEvent stage = kStages[step.kind - 18];
    const std::string which = step.amount % 2 == 0 ? "dp1_" : "dp2_";
    tell(row, stage, step.amount, which + payment_event_name(stage), which);
  }
  // Paid with another sum, confirmed by hand, disputed: an operator books what the dispute takes.
  void dispute_of_what_was_confirmed_by_hand(std::int64_t amount) {
    const std::size_t before = deposits_.size();
    deposit(amount, true);
    if (deposits_.size() == before) return;
    const auto row = read_deposit(database_, caller_, deposits_.back());
    ASSERT_TRUE(row.has_value()) << row.error().message;
    tell(*row, PaymentEvent::paid, amount + 1, "wrong_");
    ASSERT_TRUE(confirm_deposit(database_, kOperator, row->public_id, {}, now_us_).has_value());
    tell(*row, PaymentEvent::disputed, amount, "dp1_disputed", "dp1_");
    take_by_hand(*row, amount);
  }
  void take_by_hand(const DepositRow& row, std::int64_t amount) {
    const auto disputes = read_payment_disputes(database_, row);
    ASSERT_TRUE(disputes.has_value()) << disputes.error().message;
    for (const PaymentDisputeRow& dispute : *disputes) {
      const auto part = amount % 2 == 0 ? std::optional(amount) : std::nullopt;
      if (book_rest_of_dispute(database_, kOperator, row.public_id, dispute.dispute_id, part)) ++taken_by_hand_;
    }
  }
  void book(std::int64_t amount) {
    ConversionReport report;
    report.click = click_;
    report.campaign = &offer_.row;
    report.external_id = "order-" + std::to_string(++orders_);
    report.amount_text = format_minor(amount * 10, 2);
    report.received_us = now_us_;
    report.must_attribute = report.click_settled = true;
    auto recorded = rounds_.record(database_, caller_, report);
    ASSERT_TRUE(recorded.has_value()) << recorded.error().message;
    if (recorded->outcome == RecordOutcome::booked) return conversions_.push_back(recorded->conversion.public_id);
    ASSERT_EQ(recorded->outcome, RecordOutcome::insufficient_deposit);
  }
  void change(const Step& step, ConversionVerb verb) {
    if (conversions_.empty()) return;
    ConversionChange change;
    change.public_id = conversions_[static_cast<std::size_t>(step.which) % conversions_.size()];
    change.verb = verb;
    if (verb == ConversionVerb::reverse && step.amount % 2 == 1) change.part_minor = step.amount;
    if (verb == ConversionVerb::reject) change.rejection_reason = "returned";
    auto changed = change_conversion(database_, kOperator, change);
    if (changed) return;
    ASSERT_TRUE(changed.error().kind == ErrorKind::conflict || changed.error().kind == ErrorKind::invalid)
        << changed.error().message;
  }

  void take(const Step& step) {
    const std::string id =
        deposits_.empty() ? "dep_none" : deposits_[static_cast<std::size_t>(step.which) % deposits_.size()];
    auto row = read_deposit(database_, caller_, id);
    switch (step.kind) {
      case 0:
        return deposit(step.amount, false);
      case 1:
        return deposit(step.amount, true, "evt_");
      case 2:
        return deposit(step.amount, true);
      case 3:
        (void)confirm_deposit(database_, kOperator, id, {}, now_us_);
        return;
      case 4:
        (void)refund_deposit(database_, kOperator, id, format_minor(step.amount, 2));
        return;
      case 5:
        if (row) tell(*row, PaymentEvent::refunded, step.amount, "r" + std::to_string(step.amount));
        return;
      case 6:
        if (row) tell(*row, step.amount % 2 == 0 ? PaymentEvent::paid : PaymentEvent::failed, step.amount, "x");
        return;
      case 7:
        return change(step, ConversionVerb::approve);
      case 8:
        return change(step, ConversionVerb::reject);
      case 9:
        return change(step, ConversionVerb::reverse);
      case 10:
        return change(step, step.amount % 2 == 0 ? ConversionVerb::restore : ConversionVerb::pay);
      case 18:
      case 19:
      case 20:
        if (row) dispute(*row, step);
        return;
      case 21:
        if (row && step.amount % 3 != 0) return take_by_hand(*row, step.amount);
        return dispute_of_what_was_confirmed_by_hand(step.amount);
      case 11:
        if (!conversions_.empty()) (void)dispute_conversion(database_, kOperator, conversions_.back());
        return;
      default:
        return book(step.amount / 6 + 1);
    }
  }

  // What is free by the rows of deposits and conversions; the ledger is not asked.
  std::int64_t expected_minor() {
    const std::string of = " where account_id = " + std::to_string(owner_.id.value);
    return number("select coalesce(sum(amount_minor - refunded_minor), 0)::bigint from deposits" + of +
                  " and status <> 'pending_payment'") -
           number("select coalesce(sum(commission_minor - reversed_minor), 0)::bigint from conversions" + of +
                  " and from_deposit and status <> 'rejected'");
  }

  AccountRow owner_;
  Campaign offer_;
  Caller caller_;
  wire::ClickId click_;
  ConversionRounds rounds_{system_clock(), url_};
  std::vector<std::string> deposits_, conversions_;
  std::int64_t now_us_ = system_clock().wall_us();
  int histories_ = 0, orders_ = 0, taken_ = 0, given_back_ = 0, taken_by_hand_ = 0;
};

TEST_F(DepositHistories, TheLedgerProvesItselfAfterEach) {
  std::size_t booked = 0, paid_in = 0;
  const bool holds = rc::check("deposits", [&] {
    const auto steps = *histories();
    begin();
    deposit(20'000, true, "first_");
    for (const Step& step : steps) {
      take(step);
      RC_ASSERT(!HasFatalFailure());
      const std::int64_t free_minor = read_deposit_balance(database_, caller_)->available_minor;
      RC_ASSERT(free_minor >= 0);
      RC_ASSERT(free_minor == expected_minor());
    }
    const auto report = verify_ledger(database_);
    RC_ASSERT(report.has_value());
    RC_ASSERT(report->faults == std::vector<std::string>{});
    booked += conversions_.size();
    paid_in += deposits_.size();
  });
  EXPECT_TRUE(holds);
  EXPECT_GT(booked, 200u) << "the histories are too tame";
  EXPECT_GT(paid_in, 200u);
  EXPECT_GT(taken_, 20) << "by disputes";
  EXPECT_GT(given_back_, 5) << "by disputes that were won";
  EXPECT_GT(taken_by_hand_, 5) << "by an operator, for a dispute";
}

}  // namespace
}  // namespace footfall::core
