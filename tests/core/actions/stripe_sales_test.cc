// Sales that Stripe tells of, beside what else happens to their conversions and to each other (SE-71, SE-73 to SE-76).
#include "core/actions/stripe_sales.h"

#include <atomic>
#include <thread>

#include "core/storage/waiting_work.h"
#include "tests/core/actions/stripe_fixture.h"
#include "tests/support/wait_until.h"

namespace footfall::core {
namespace {

TEST_F(StripeSales, ARefundDuringADisputeIsTakenBackWhenTheDisputeEnds) {
  const auto click = store("human", 'a', 0);
  ASSERT_EQ(taken(session(click, "pi_1")), "booked");
  ASSERT_TRUE(dispute_conversion(database_, kOperator, id_of("pi_1")).has_value());
  const StripeSale part = refund("pi_1", 250);
  EXPECT_EQ(taken(part), "noted");
  EXPECT_EQ(taken(part), "repeated");
  EXPECT_EQ(money("pi_1"), "pending 100 of 100 left") << "the operator alone decides";
  ASSERT_TRUE(end_dispute(database_, kOperator, id_of("pi_1")).has_value());
  EXPECT_EQ(money("pi_1"), "pending 75 of 100 left");
  expect_sound_books();
}

TEST_F(StripeSales, ARefundDuringADisputeIsTakenBackHoweverTheOperatorDecides) {
  const auto click = store("human", 'a', 0);
  for (const char* const payment : {"pi_approved", "pi_part", "pi_rejected"}) {
    ASSERT_EQ(taken(session(click, payment)), "booked");
    ASSERT_TRUE(dispute_conversion(database_, kOperator, id_of(payment)).has_value());
    const bool in_part = std::string_view(payment) == "pi_part";
    EXPECT_EQ(taken(refund(payment, in_part ? 500 : 1'000, std::string("ch_") + payment)), "noted");
  }
  change(id_of("pi_approved"), ConversionVerb::approve);
  change(id_of("pi_part"), ConversionVerb::approve);
  change(id_of("pi_rejected"), ConversionVerb::reject);
  EXPECT_EQ(money("pi_approved"), "reversed 0 of 100 left");
  EXPECT_EQ(money("pi_part"), "approved 50 of 100 left");
  EXPECT_EQ(money("pi_rejected"), "rejected 100 of 100 left");
  change(id_of("pi_rejected"), ConversionVerb::restore);
  EXPECT_EQ(money("pi_rejected"), "reversed 0 of 100 left");
  expect_sound_books();
}

TEST_F(StripeSales, ARefundOfARejectedConversionIsTakenBackWhenItIsRestored) {
  const auto click = store("human", 'a', 0);
  ASSERT_EQ(taken(session(click, "pi_1")), "booked");
  change(id_of("pi_1"), ConversionVerb::reject);
  EXPECT_EQ(taken(refund("pi_1", 300)), "noted");
  EXPECT_EQ(money("pi_1"), "rejected 100 of 100 left");
  change(id_of("pi_1"), ConversionVerb::restore);
  EXPECT_EQ(money("pi_1"), "pending 70 of 100 left");
  change(id_of("pi_1"), ConversionVerb::reject);
  change(id_of("pi_1"), ConversionVerb::restore);
  EXPECT_EQ(money("pi_1"), "pending 70 of 100 left") << "once";
  expect_sound_books();
}

TEST_F(StripeSales, ARefundOfAConvictedClicksSaleIsTakenBackWhenItIsAcquitted) {
  const auto click = store("alpha", 'a', 0);
  ASSERT_EQ(taken(session(click, "pi_1")), "booked");
  ASSERT_EQ(run(convicting("alpha")).counts.rejected, 1);
  EXPECT_EQ(taken(refund("pi_1", 400)), "noted");
  ASSERT_EQ(run(convicting("nobody")).counts.restored, 1);
  EXPECT_EQ(money("pi_1"), "pending 60 of 100 left");
  expect_sound_books();
}

TEST_F(StripeSales, ARefundOfASaleThatIsCreditedLaterIsTakenBackThen) {
  const auto click = store("alpha", 'a', wire::kVerdictBot);
  ASSERT_EQ(taken(session(click, "pi_1")), "booked");
  EXPECT_EQ(taken(refund("pi_1", 400)), "changes_nothing");
  ASSERT_EQ(run(convicting("nobody")).counts.attributed, 1);
  EXPECT_EQ(money("pi_1"), "pending 60 of 100 left");
  expect_sound_books();
}

TEST_F(StripeSales, ARefundIsAPartOfWhatStripeSaysWasPaid) {
  const auto click = store("human", 'a', 0);
  for (const auto& [payment, paid_minor] : {std::pair{"pi_gross", 1'190}, {"pi_net", 500}}) {
    convert(click, payment);  // the merchant reports ten euros
    EXPECT_EQ(taken(session(click, payment, paid_minor)), "repeated_payment");
    const std::string charge = std::string("ch_") + payment;
    EXPECT_EQ(taken(refund(payment, paid_minor / 2, charge)), "reversed");
    EXPECT_EQ(money(payment), "pending 50 of 100 left");
    EXPECT_EQ(taken(refund(payment, paid_minor, charge)), "reversed");
    EXPECT_EQ(money(payment), "reversed 0 of 100 left");
  }
  convert(click, "pi_usd");
  StripeSale in_dollars = session(click, "pi_usd", 1'100);
  in_dollars.currency = "USD";
  EXPECT_EQ(taken(in_dollars), "repeated_payment");
  EXPECT_EQ(taken(refund("pi_usd", 550, "ch_usd")), "wrong_currency");
  StripeSale back = refund("pi_usd", 550, "ch_usd");
  back.currency = "USD";
  EXPECT_EQ(taken(back), "reversed");
  EXPECT_EQ(money("pi_usd"), "pending 50 of 100 left");
  expect_sound_books();
}

// The first invoice is stopped between its decision and its booking, when it reads the terms.
TEST_F(StripeSales, OfTwoInvoicesAtOnceAfterATrialOneIsThePurchase) {
  StripeSale trial = session(store("human", 'a', 0), "cs_1", 0, "sub_1");
  ASSERT_EQ(taken(trial), "nothing_paid");
  const StripeSale first = invoice("in_1", 900), second = invoice("in_2", 1'000);
  Database holder(url_), watcher(url_);
  ASSERT_TRUE(holder.execute("begin; lock table terms in access exclusive mode").has_value());
  {
    std::atomic<bool> second_is_done = false;
    std::jthread one([&] {
      Database own(url_);
      EXPECT_EQ(taken(own, first), "booked");
    });
    ASSERT_TRUE(support::wait_until([&] { return lock_waiters(watcher) == 1; }));
    std::jthread other([&] {
      Database own(url_);
      taken(own, second);
      second_is_done = true;
    });
    ASSERT_TRUE(support::wait_until([&] { return lock_waiters(watcher) == 2 || second_is_done; }));
    ASSERT_TRUE(holder.execute("commit").has_value());
  }
  EXPECT_EQ(number("select count(*) from conversions where goal = 'purchase'"), 1);
  EXPECT_EQ(number("select count(*) from conversions where goal = 'renewal' and attributed"), 1);
  EXPECT_EQ(outcome(second), "booked");
}

TEST_F(StripeSales, AnInvoiceThatIsNotBookedLeavesThePurchaseToTheNext) {
  StripeSale trial = session(store("human", 'a', 0), "cs_1", 0, "sub_1");
  trial.happened_us = now_us_ - kSaleAgeMax_us - 1;
  ASSERT_EQ(taken(trial), "nothing_paid");
  EXPECT_EQ(taken(invoice("in_1", 900)), "time_implausible");
  EXPECT_EQ(taken(invoice("in_2", 900)), "time_implausible") << "it does not wait for the first one";
}

TEST_F(StripeSales, ASubscriptionOfNoSessionMakesOneInvoiceWait) {
  const StripeSale first = invoice("in_1", 900), second = invoice("in_2", 900);
  EXPECT_EQ(taken(first), "waiting");
  EXPECT_EQ(taken(second), "waiting");
  sql("update stripe_events set received_at = now() - interval '9 days', retry_at = now() where event_id = '" +
      first.event + "'");
  EXPECT_EQ(keep_up().given_up, 1);
  EXPECT_EQ(outcome(first), "given_up");
  EXPECT_EQ(outcome(second), "no_click");
  EXPECT_EQ(taken(invoice("in_3", 900)), "no_click");
  EXPECT_EQ(taken(session(store("human", 'a', 0), "in_0", 900, "sub_1")), "booked") << "it was only very late";
  EXPECT_EQ(taken(invoice("in_4", 1'000)), "booked");
  EXPECT_EQ(money("in_4"), "pending 100 of 100 left");
}

// Subscribers who pay the same each time, or many of them on one day, are no fraud (SE-65).
TEST_F(StripeSales, RenewalsAreNeitherDuplicatesNorTooMany) {
  sql("update campaigns set fraud_velocity_count = 3, fraud_duplicate_s = 86400");
  const auto click = store("human", 'a', 0);
  ASSERT_EQ(taken(session(click, "in_1", 1'900, "sub_1")), "booked");
  for (const char* const renewal : {"in_2", "in_3", "in_4", "in_5"})
    EXPECT_EQ(taken(invoice(renewal, 1'900)), "booked");
  EXPECT_EQ(number("select count(*) from conversions where review"), 0);
  EXPECT_EQ(taken(session(store("human", 'b', 0), "pi_2")), "booked");
  EXPECT_EQ(number("select count(*) from conversions where review"), 0) << "renewals count for no velocity";
  EXPECT_EQ(taken(session(store("human", 'c', 0), "pi_3", 3'000)), "booked");
  EXPECT_EQ(taken(session(store("human", 'd', 0), "pi_4", 4'000)), "booked");
  EXPECT_EQ(number("select count(*) from conversions where review"), 1) << "purchases do";
}

// The renewal is stopped between its decision and its booking, when it reads the terms.
TEST_F(StripeSales, ARenewalWhoseClickIsConvictedMeanwhileIsNotCredited) {
  const auto click = store("alpha", 'a', 0);
  ASSERT_EQ(taken(session(click, "in_1", 900, "sub_1")), "booked");
  Database holder(url_), watcher(url_);
  ASSERT_TRUE(holder.execute("begin; lock table terms in access exclusive mode").has_value());
  {
    std::jthread renewal([&] {
      Database own(url_);
      EXPECT_EQ(taken(own, invoice("in_2", 1'000)), "not_credited");
    });
    ASSERT_TRUE(support::wait_until([&] { return lock_waiters(watcher) == 1; }));
    // It has convicted the click when it waits for the terms of the sale that it corrects.
    std::jthread rejudging([&] { EXPECT_EQ(run(convicting("alpha")).counts.rejected, 1); });
    EXPECT_TRUE(support::wait_until([&] { return lock_waiters(watcher) == 2; }));
    ASSERT_TRUE(holder.execute("commit").has_value());
  }
  EXPECT_EQ(money("in_2"), "none");
  expect_sound_books();
}

TEST_F(StripeSales, ARenewalOfAPaidSaleIsNotCreditedOnceItsClickIsConvicted) {
  ASSERT_EQ(taken(session(store("alpha", 'a', 0), "in_1", 900, "sub_1")), "booked");
  change(id_of("in_1"), ConversionVerb::approve);
  change(id_of("in_1"), ConversionVerb::pay);
  ASSERT_EQ(run(convicting("alpha")).counts.paid, 1);
  EXPECT_EQ(taken(invoice("in_2", 1'000)), "not_credited");
}

TEST_F(StripeSales, WhatWaitsIsTriedLessAndLessOften) {
  ASSERT_EQ(taken(refund("pi_1", 100)), "waiting");
  const auto due_in_s = [&] { return number("select round(extract(epoch from retry_at - now())) from stripe_events"); };
  EXPECT_LE(due_in_s(), kStripeRetryMin_s);
  for (const auto& [waited, expected_s] : {std::pair{"1 second", 5}, {"10 minutes", 600}, {"3 days", 3'600}}) {
    sql("update stripe_events set retry_at = now(), received_at = now() - interval '" + std::string(waited) + "'");
    EXPECT_TRUE(waiting_upkeep(database_, now_us_)->stripe_events);
    EXPECT_EQ(keep_up().taken, 0);
    EXPECT_FALSE(waiting_upkeep(database_, now_us_)->stripe_events);
    EXPECT_NEAR(static_cast<double>(due_in_s()), expected_s, 2);
  }
}

TEST_F(StripeSales, ARefundOfASaleThatWaitsForItsClickIsTakenWhenTheClickHasCome) {
  const auto click = store("human", 'a', 0);
  sql("create table away as select * from clicks; delete from clicks");
  delivery_.click_may_still_come = true;
  ASSERT_EQ(taken(session(click, "in_1", 1'000, "sub_1")), "booked");
  const StripeSale back = refund("in_1", 400), renewal = invoice("in_2", 2'000);
  EXPECT_EQ(taken(back), "waiting");
  EXPECT_EQ(taken(renewal), "waiting");
  sql("update stripe_events set retry_at = now() + interval '1 hour'");
  sql("insert into clicks select * from away");
  ASSERT_EQ(keep_up_conversions(database_, now_us_, 100)->resolved, 1);
  EXPECT_EQ(keep_up().taken, 2) << "they are due at once";
  EXPECT_EQ(money("in_1"), "pending 60 of 100 left");
  EXPECT_EQ(money("in_2"), "pending 200 of 200 left");
  expect_sound_books();
}

TEST_F(StripeSales, ARefundOfASaleWhoseClickNeverComesIsTakenWhenItIsGivenUp) {
  delivery_.click_may_still_come = true;
  const auto click = store("human", 'a', 0);
  sql("delete from clicks");
  ASSERT_EQ(taken(session(click, "pi_1")), "booked");
  EXPECT_EQ(taken(refund("pi_1", 1'000)), "waiting");
  sql("update stripe_events set retry_at = now() + interval '1 hour'");
  ASSERT_EQ(keep_up_conversions(database_, now_us_ + 8 * 24 * kHourUs, 100)->given_up, 1);
  EXPECT_EQ(keep_up().taken, 1);
  EXPECT_EQ(money("pi_1"), "reversed 0 of 0 left");
}

TEST_F(StripeSales, ASaleThatTheDepositDoesNotCoverWaitsForOneThatDoes) {
  require_deposit();
  StripeSale sale = session(store("human", 'a', 0), "in_1", 1'000, "sub_1");
  sale.email = "jane@buyer.example";
  EXPECT_EQ(taken(sale), "waiting");
  EXPECT_EQ(taken(sale), "waiting") << "told again";
  const StripeSale renewal = invoice("in_2", 2'000), back = refund("in_1", 400);
  EXPECT_EQ(taken(renewal), "waiting");
  EXPECT_EQ(taken(back), "waiting");
  sql("update stripe_events set retry_at = now()");
  EXPECT_EQ(keep_up().taken, 0);
  EXPECT_EQ(money("in_1"), "none");
  EXPECT_EQ(number("select count(*) from stripe_events where buyer_email = 'jane@buyer.example'"), 1);
  pay_in("10.00");
  EXPECT_EQ(keep_up().taken, 3);
  EXPECT_EQ(money("in_1"), "pending 60 of 100 left");
  EXPECT_EQ(money("in_2"), "pending 200 of 200 left");
  EXPECT_EQ(outcome(back), "reversed");
  EXPECT_EQ(number("select count(*) from conversions where prospect_email = 'jane@buyer.example'"), 2);
  EXPECT_EQ(number("select count(*) from stripe_events where buyer_email is not null"), 0);
  EXPECT_EQ(taken(sale), "repeated");
  expect_sound_books();
}

TEST_F(StripeSales, AnInvoiceThatNoDepositCoversInTimeLeavesThePurchaseToTheNext) {
  ASSERT_EQ(taken(session(store("human", 'a', 0), "cs_1", 0, "sub_1")), "nothing_paid");
  require_deposit();
  const StripeSale first = invoice("in_1", 900), second = invoice("in_2", 1'000);
  EXPECT_EQ(taken(first), "waiting");
  EXPECT_EQ(taken(second), "waiting");
  sql("update stripe_events set received_at = now() - interval '9 days', retry_at = now() where event_id = '" +
      first.event + "'");
  EXPECT_EQ(keep_up().given_up, 1);
  EXPECT_EQ(outcome(first), "given_up");
  pay_in("10.00");
  EXPECT_EQ(keep_up().taken, 1);
  EXPECT_EQ(money("in_2"), "pending 100 of 100 left");
  EXPECT_EQ(number("select count(*) from conversions where goal = 'purchase'"), 1);
}

TEST_F(StripeSales, AnInactiveMerchantsMoneyIsGivenBackAndNothingIsSold) {
  const auto click = store("human", 'a', 0);
  ASSERT_EQ(taken(session(click, "in_1", 1'000, "sub_1")), "booked");
  const StripeSale renewal = invoice("in_2", 2'000, "sub_2");
  ASSERT_EQ(taken(renewal), "waiting");
  sql("update accounts set status = 'suspended'");
  delivery_.caller.account.status = "suspended";
  for (const StripeSale& sale : {session(click, "pi_2"), invoice("in_3", 3'000)}) {
    auto refused = take_stripe_sale(database_, delivery_, sale);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::not_found);
    EXPECT_EQ(outcome(sale), "none") << "Stripe may send it again";
  }
  EXPECT_EQ(taken(refund("in_1", 500)), "reversed");
  EXPECT_EQ(money("in_1"), "pending 50 of 100 left");
  // What waits, too: a renewal whose subscription has become known, and a refund.
  const StripeSale back = refund("pi_9", 500, "ch_9");
  ASSERT_EQ(taken(back), "waiting");
  ASSERT_TRUE(*store_stripe_object(database_, stripe_, {"sub_2", {}, click, now_us_}));
  ASSERT_TRUE(*store_stripe_object(database_, stripe_, {"pi_9", {}}));
  sql("update stripe_events set retry_at = now()");
  EXPECT_EQ(keep_up().taken, 1);
  EXPECT_EQ(outcome(back), "of_nobody");
  EXPECT_EQ(outcome(renewal), "waiting");
  sql("update stripe_events set retry_at = now(); update accounts set status = 'active'");
  EXPECT_EQ(keep_up().taken, 1);
  EXPECT_EQ(money("in_2"), "pending 200 of 200 left");
}

}  // namespace
}  // namespace footfall::core
