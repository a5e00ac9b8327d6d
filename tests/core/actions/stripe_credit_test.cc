// Which click a sale of Stripe's credits, whom a trial's first invoice is judged by, and what becomes of renewals and
// refunds whose first sale earns nothing for a while (SE-65, SE-72, SE-74, SE-76).
#include "core/storage/user_erasure.h"
#include "tests/core/actions/stripe_fixture.h"

namespace footfall::core {
namespace {

using StripeCredit = StripeSales;

wire::ClickId other_uuid() { return *wire::parse_uuid("0f8fad5b-d9cb-469f-a165-70867728950e"); }

TEST_F(StripeCredit, OfTwoIdsTheOneThatIsStoredIsTheClick) {
  const auto click = store("human", 'a', 0), another = store("human", 'b', 0);
  StripeSale sale = session(click, "pi_1");
  sale.other_click = other_uuid();
  EXPECT_EQ(taken(sale), "booked");
  sale = session(other_uuid(), "pi_2", 2'000);
  sale.other_click = click;
  EXPECT_EQ(taken(sale), "booked");
  sale = session(click, "pi_3", 3'000);
  sale.other_click = another;
  EXPECT_EQ(taken(sale), "booked");
  EXPECT_EQ(number("select count(*) from conversions where click_id = '" + wire::to_uuid(click) + "'"), 3);
  EXPECT_EQ(number("select count(*) from conversions where attributed"), 3);
}

TEST_F(StripeCredit, OwnTrialsAreHeld) {
  const auto trial_of = [&](const std::string& subscription, const std::string& session_email) {
    StripeSale trial = session(store("human", 'a', 0), "cs_" + subscription, 0, subscription);
    trial.email = session_email;
    EXPECT_EQ(taken(trial), "nothing_paid");
  };
  trial_of("sub_session", "Jane+shop@blog.example");
  trial_of("sub_invoice", "");
  trial_of("sub_other", "buyer@elsewhere.example");
  EXPECT_EQ(taken(invoice("in_session", 900, "sub_session")), "booked");
  StripeSale paid = invoice("in_invoice", 1'900, "sub_invoice");
  paid.email = "jane@blog.example";
  EXPECT_EQ(taken(paid), "booked");
  EXPECT_EQ(taken(invoice("in_other", 2'900, "sub_other")), "booked");
  EXPECT_EQ(number("select count(*) from conversions where review and external_id in ('in_session', 'in_invoice')"), 2);
  EXPECT_EQ(number("select count(*) from conversions where review"), 2);
  EXPECT_EQ(number("select count(*) from stripe_objects where buyer_email is not null"), 0) << "it is not kept longer";
}

TEST_F(StripeCredit, AnEarnedTrialIsForgottenWithItsOwner) {
  StripeSale trial = session(store("human", 'a', 0), "cs_1", 0, "sub_1");
  trial.email = "jane@blog.example";
  ASSERT_EQ(taken(trial), "nothing_paid");
  ASSERT_EQ(number("select count(*) from stripe_objects where buyer_email is not null"), 1);
  ASSERT_TRUE(erase_traces_of(database_, jane_.affiliate.id).has_value());
  EXPECT_EQ(number("select count(*) from stripe_objects where buyer_email is not null"), 0);
}

TEST_F(StripeCredit, RefundsAndInvoicesOfASaleThatIsRefusedDoNotWait) {
  sql("update clicks set mode = 1");
  StripeSale sale = session(store("human", 'a', 0), "in_1", 1'000, "sub_1");
  sql("update clicks set mode = 1");
  EXPECT_EQ(taken(sale), "mode_mismatch");
  EXPECT_EQ(taken(refund("in_1", 500)), "of_nobody");
  EXPECT_EQ(taken(invoice("in_2", 1'000)), "no_click");
  sql("update clicks set mode = 0");
  StripeSale old = session(store("human", 'b', 0), "pi_old");
  old.happened_us = now_us_ - kSaleAgeMax_us - 1;
  EXPECT_EQ(taken(old), "time_implausible");
  EXPECT_EQ(taken(refund("pi_old", 500, "ch_2")), "of_nobody");
  sql("update campaigns set model = 'cpa', click_limit = 1");
  const auto click = store("human", 'c', 0);
  ASSERT_EQ(taken(session(click, "pi_first")), "booked");
  EXPECT_EQ(taken(session(click, "in_over", 2'000, "sub_2")), "limit_reached");
  EXPECT_EQ(taken(refund("in_over", 500, "ch_3")), "of_nobody");
  EXPECT_EQ(taken(invoice("in_next", 1'000, "sub_2")), "no_click");
}

TEST_F(StripeCredit, ARenewalOfARejectedSaleIsCreditedWhenThatIsRestored) {
  ASSERT_EQ(taken(session(store("human", 'a', 0), "in_1", 1'000, "sub_1")), "booked");
  change(id_of("in_1"), ConversionVerb::reject);
  const StripeSale renewal = invoice("in_2", 2'000), back = refund("in_2", 500);
  EXPECT_EQ(taken(renewal), "not_credited");
  EXPECT_EQ(taken(back), "of_nobody");
  EXPECT_EQ(keep_up().taken, 0);
  change(id_of("in_1"), ConversionVerb::restore);
  EXPECT_EQ(keep_up().taken, 1);
  EXPECT_EQ(outcome(renewal), "booked");
  EXPECT_EQ(outcome(back), "reversed");
  EXPECT_EQ(money("in_2"), "pending 150 of 200 left");
  expect_sound_books();
}

TEST_F(StripeCredit, ARenewalOfAConvictedClickIsCreditedWhenThatIsAcquitted) {
  ASSERT_EQ(taken(session(store("alpha", 'a', 0), "in_1", 1'000, "sub_1")), "booked");
  ASSERT_EQ(run(convicting("alpha")).counts.rejected, 1);
  EXPECT_EQ(taken(invoice("in_2", 2'000)), "not_credited");
  ASSERT_EQ(run(convicting("nobody")).counts.restored, 1);
  EXPECT_EQ(keep_up().taken, 1);
  EXPECT_EQ(money("in_2"), "pending 200 of 200 left");
  expect_sound_books();
}

TEST_F(StripeCredit, ARenewalOfASaleThatIsCreditedLaterIsCreditedThen) {
  ASSERT_EQ(taken(session(store("alpha", 'a', wire::kVerdictBot), "in_1", 1'000, "sub_1")), "booked");
  EXPECT_EQ(taken(invoice("in_2", 2'000)), "not_credited");
  ASSERT_EQ(run(convicting("nobody")).counts.attributed, 1);
  EXPECT_EQ(keep_up().taken, 1);
  EXPECT_EQ(money("in_2"), "pending 200 of 200 left");
  expect_sound_books();
}

}  // namespace
}  // namespace footfall::core
