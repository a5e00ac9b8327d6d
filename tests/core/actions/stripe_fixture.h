// A merchant of whose sales Stripe tells: events as core/payments reads them, and what they led to.
#pragma once

#include "core/actions/stripe_sales.h"

#include <string>

#include "core/actions/deposits.h"
#include "core/actions/keep_up_conversions.h"
#include "core/storage/stripe_sales.h"
#include "tests/core/actions/rejudge_fixture.h"

namespace footfall::core {

class StripeSales : public Rejudge {
 protected:
  StripeDelivery delivery_{receiver_caller("srx_1", owner_, wire::Mode::live), "req_1", now_us_};
  StripeOwner stripe_{owner_.id, wire::Mode::live};
  int events_ = 0;

  void SetUp() override {
    Rejudge::SetUp();
    ASSERT_TRUE(database_.execute("update campaigns set model = 'revshare'").has_value());
  }

  StripeSale event(StripeSaleKind kind, const std::string& object, std::int64_t amount_minor) {
    StripeSale sale;
    sale.event = "evt_" + std::to_string(++events_);
    sale.kind = kind;
    sale.object = object;
    sale.names = {object};
    sale.amount_minor = amount_minor;
    sale.currency = "EUR";
    sale.happened_us = now_us_;
    return sale;
  }
  StripeSale session(const wire::ClickId& click, const std::string& payment, std::int64_t amount_minor = 1'000,
                     const std::string& subscription = "") {
    StripeSale sale = event(StripeSaleKind::sold, payment, amount_minor);
    sale.click = click;
    sale.subscription = subscription;
    return sale;
  }
  StripeSale invoice(const std::string& id, std::int64_t amount_minor, const std::string& subscription = "sub_1") {
    StripeSale sale = event(StripeSaleKind::renewed, id, amount_minor);
    sale.subscription = subscription;
    return sale;
  }
  StripeSale refund(const std::string& payment, std::int64_t refunded_minor, const std::string& charge = "ch_1") {
    StripeSale sale = event(StripeSaleKind::refunded, charge, refunded_minor);
    sale.names.push_back(payment);
    return sale;
  }
  std::string taken(Database& database, const StripeSale& sale) {
    auto done = take_stripe_sale(database, delivery_, sale);
    return done ? done->outcome : "failed: " + done.error().message;
  }
  std::string taken(const StripeSale& sale) { return taken(database_, sale); }
  // The conversion of a transaction id: "pending 100 of 100 left".
  std::string money(const std::string& transaction) {
    auto rows = database_.query(
        "select status || ' ' || commission_minor - reversed_minor || ' of ' || commission_minor || ' left' "
        "from conversions where external_id = $1",
        {transaction});
    return rows->empty() ? "none" : std::string(rows->text(0, 0));
  }
  std::string id_of(const std::string& transaction) {
    auto rows = database_.query("select public_id from conversions where external_id = $1", {transaction});
    return std::string(rows->text(0, 0));
  }
  std::string outcome(const StripeSale& sale) {
    auto found = find_stripe_outcome(database_, stripe_, sale.event);
    return found && *found ? **found : "none";
  }
  StripeUpkeep keep_up() {
    auto done = keep_up_stripe_sales(database_, system_clock().wall_us(), 100);
    EXPECT_TRUE(done.has_value()) << done.error().message;
    return *done;
  }
  void sql(const std::string& statement) {
    auto done = database_.execute(statement);
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }
  std::int64_t lock_waiters(Database& watcher) {
    return watcher.query("select count(*) from pg_locks where not granted and locktype = 'relation'")->integer(0, 0);
  }
  // From now on commissions are covered by the merchant's deposit.
  void require_deposit() {
    AccountFields fields;
    fields.policy["deposit"] = "required";
    auto row = update_account(database_, kOperator, owner_.public_id, fields);
    ASSERT_TRUE(row.has_value()) << row.error().message;
    delivery_.caller = receiver_caller("srx_1", *row, wire::Mode::live);
  }
  void pay_in(const std::string& amount) {
    const NewDeposit asked{owner_.public_id, wire::Mode::live, amount, {}, "transfer", {}};
    auto made = create_deposit(database_, kOperator, asked, {}, now_us_);
    ASSERT_TRUE(made.has_value()) << made.error().message;
    ASSERT_TRUE(confirm_deposit(database_, kOperator, made->public_id, {}, now_us_).has_value());
    sql("update stripe_events set retry_at = now()");
  }
};

}  // namespace footfall::core
