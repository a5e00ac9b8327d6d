// What is kept of Stripe's events: room, order of waiting, and what is forgotten (SE-73, SE-76).
#include "core/storage/stripe_sales.h"

#include <gtest/gtest.h>

#include "proto/base/clock.h"
#include "tests/core/storage/shared_postgres.h"
#include "tests/core/storage/stored_account.h"

namespace footfall::core {
namespace {

class StripeSalesTest : public ::testing::Test {
 protected:
  StripeSalesTest() : database_(fresh_database_url()) { owner_ = {new_account(database_).id, wire::Mode::live}; }
  StripeEventRow refund(const std::string& id, const std::string& payment) {
    StripeEventRow row;
    row.owner = owner_;
    row.sale.event = id;
    row.sale.kind = StripeSaleKind::refunded;
    row.sale.object = "ch_" + id;
    row.sale.names = row.awaits = {"ch_" + id, payment};
    row.sale.amount_minor = 100;
    row.sale.currency = "EUR";
    row.sale.happened_us = 1'764'000'000'000'000;
    row.outcome = kStripeWaiting;
    return row;
  }
  std::string outcome(const std::string& id) {
    const auto found = find_stripe_outcome(database_, owner_, id);
    return found && *found ? **found : "";
  }

  Database database_;
  StripeOwner owner_;
};

TEST_F(StripeSalesTest, AnEventComesBackAsItWasKept) {
  ASSERT_TRUE(store_stripe_event(database_, refund("evt_1", "pi_1")).has_value());
  const auto found = stripe_events_awaiting(database_, owner_, {"pi_0", "pi_1"}, 10);
  ASSERT_TRUE(found && found->size() == 1);
  const StripeSale& sale = found->front().sale;
  EXPECT_EQ(sale.event, "evt_1");
  EXPECT_EQ(sale.kind, StripeSaleKind::refunded);
  EXPECT_EQ(sale.names, (std::vector<std::string>{"ch_evt_1", "pi_1"}));
  EXPECT_EQ(found->front().awaits, sale.names);
  EXPECT_EQ(sale.amount_minor, 100);
  EXPECT_EQ(sale.currency, "EUR");
  EXPECT_EQ(sale.happened_us, 1'764'000'000'000'000);
  EXPECT_TRUE(stripe_events_awaiting(database_, {owner_.account, wire::Mode::test}, {"pi_1"}, 10)->empty());
}

TEST_F(StripeSalesTest, ASaleKeepsItsBuyerAsLongAsItWaits) {
  StripeEventRow row = refund("evt_1", "pi_1");
  row.sale.kind = StripeSaleKind::sold;
  row.sale.subscription = "sub_1";
  row.sale.click = wire::parse_uuid("019a0000-0000-7000-8000-000000000001");
  row.sale.email = "jane@buyer.example";
  row.awaits = {"sub_1"};
  ASSERT_TRUE(store_stripe_event(database_, row).has_value());
  auto found = stripe_events_awaiting(database_, owner_, {"sub_1"}, 10);
  ASSERT_TRUE(found && found->size() == 1);
  EXPECT_EQ(found->front().sale.click, row.sale.click);
  EXPECT_EQ(found->front().sale.subscription, "sub_1");
  EXPECT_EQ(found->front().sale.email, "jane@buyer.example");
  const auto buyers = [this] {
    return database_.query("select count(*) from stripe_events where buyer_email is not null")->integer(0, 0);
  };
  EXPECT_EQ(buyers(), 1);
  row.outcome = "booked";
  ASSERT_TRUE(store_stripe_event(database_, row).has_value());
  EXPECT_EQ(buyers(), 0);
  row.sale.event = "evt_2";
  row.outcome = kStripeWaiting;
  ASSERT_TRUE(store_stripe_event(database_, row).has_value());
  EXPECT_EQ(buyers(), 1);
  EXPECT_EQ(make_room_for_stripe_event(database_, owner_, 0), 1);
  EXPECT_EQ(buyers(), 0) << "it gave way";
}

TEST_F(StripeSalesTest, AnOutcomeIsForGood) {
  StripeEventRow row = refund("evt_1", "pi_1");
  for (const char* const told : {"waiting", "reversed", "waiting", "changes_nothing"}) {
    row.outcome = told;
    ASSERT_TRUE(store_stripe_event(database_, row).has_value());
  }
  EXPECT_EQ(outcome("evt_1"), "reversed");
  EXPECT_EQ(*count_waiting_stripe_events(database_, owner_), 0);
}

TEST_F(StripeSalesTest, TheOldestGiveWay) {
  for (int n = 1; n <= 4; ++n) {
    ASSERT_TRUE(store_stripe_event(database_, refund("evt_" + std::to_string(n), "pi_1")).has_value());
  }
  EXPECT_EQ(*make_room_for_stripe_event(database_, owner_, 3), 1);
  EXPECT_EQ(*make_room_for_stripe_event(database_, owner_, 3), 0);
  EXPECT_EQ(outcome("evt_1"), "gave_way");
  EXPECT_EQ(outcome("evt_4"), "waiting");
}

TEST_F(StripeSalesTest, WhatIsOldIsForgotten) {
  StripeEventRow row = refund("evt_1", "pi_1");
  ASSERT_TRUE(store_stripe_event(database_, row).has_value());
  ASSERT_TRUE(*store_stripe_object(database_, owner_, {"sub_1", {}}));
  EXPECT_FALSE(*store_stripe_object(database_, owner_, {"sub_1", {}}));
  const std::int64_t later_us = system_clock().wall_us() + 60'000'000;
  ASSERT_TRUE(trim_stripe_events(database_, later_us, 0).has_value());
  EXPECT_EQ(outcome("evt_1"), "waiting");
  EXPECT_TRUE((*find_stripe_object(database_, owner_, {"sub_1"})).has_value());
  row.outcome = kStripeGivenUp;
  ASSERT_TRUE(store_stripe_event(database_, row).has_value());
  ASSERT_TRUE(trim_stripe_events(database_, later_us, later_us).has_value());
  EXPECT_EQ(outcome("evt_1"), "");
  EXPECT_FALSE((*find_stripe_object(database_, owner_, {"sub_1"})).has_value());
}

TEST_F(StripeSalesTest, WhatIsNotDueIsLeftAlone) {
  ASSERT_TRUE(store_stripe_event(database_, refund("evt_1", "pi_1")).has_value());
  EXPECT_TRUE(take_due_stripe_events(database_, 10)->empty()) << "whoever received it may still be at work";
  ASSERT_TRUE(database_.execute("update stripe_events set retry_at = now()").has_value());
  const auto due = take_due_stripe_events(database_, 10);
  ASSERT_EQ(due->size(), 1u);
  EXPECT_EQ(due->front().sale.names, (std::vector<std::string>{"ch_evt_1", "pi_1"}));
  EXPECT_NEAR(static_cast<double>(due->front().received_us), static_cast<double>(system_clock().wall_us()), 60e6);
  EXPECT_TRUE(take_due_stripe_events(database_, 10)->empty()) << "it was taken";
}

TEST_F(StripeSalesTest, OneInvoiceIsTheFirst) {
  EXPECT_FALSE(*claim_first_stripe_invoice(database_, owner_, "sub_1", "in_1")) << "nobody knows the subscription";
  ASSERT_TRUE(*store_stripe_object(database_, owner_, {"sub_1", {}}));
  EXPECT_TRUE(*claim_first_stripe_invoice(database_, owner_, "sub_1", "in_1"));
  EXPECT_TRUE(*claim_first_stripe_invoice(database_, owner_, "sub_1", "in_1")) << "it is told again";
  EXPECT_FALSE(*claim_first_stripe_invoice(database_, owner_, "sub_1", "in_2"));
  ASSERT_TRUE(give_back_first_stripe_invoice(database_, owner_, "sub_1", "in_2").has_value());
  EXPECT_FALSE(*claim_first_stripe_invoice(database_, owner_, "sub_1", "in_2")) << "not its own to give back";
  ASSERT_TRUE(give_back_first_stripe_invoice(database_, owner_, "sub_1", "in_1").has_value());
  EXPECT_TRUE(*claim_first_stripe_invoice(database_, owner_, "sub_1", "in_2"));
}

}  // namespace
}  // namespace footfall::core
