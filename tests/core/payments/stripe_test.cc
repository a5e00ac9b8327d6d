// What is sent to Stripe, and what its events mean (AFY-33, AY-32).
#include "core/payments/stripe.h"

#include <gtest/gtest.h>

namespace footfall::core {
namespace {

PaymentOrder order(std::int64_t amount_minor, const std::string& currency) {
  return {"dep_1",
          amount_minor,
          currency,
          "https://a.example/?from=provider",
          "https://shop.example/?x=1",
          1'764'000'000'000'000};
}

std::string sent_amount(std::int64_t amount_minor, const std::string& currency) {
  auto form = stripe_session_form(order(amount_minor, currency));
  if (!form) return form.error().code;
  constexpr std::string_view kName = "unit_amount%5D=";
  const std::size_t at = form->find(kName) + kName.size();
  return form->substr(at, form->find('&', at) - at);
}

TEST(Stripe, TheFormNamesWhatIsPaid) {
  EXPECT_EQ(*stripe_session_form(order(100'000, "PLN")),
            "mode=payment&client_reference_id=dep_1&line_items%5B0%5D%5Bquantity%5D=1"
            "&line_items%5B0%5D%5Bprice_data%5D%5Bcurrency%5D=pln"
            "&line_items%5B0%5D%5Bprice_data%5D%5Bunit_amount%5D=100000"
            "&line_items%5B0%5D%5Bprice_data%5D%5Bproduct_data%5D%5Bname%5D=Deposit%20dep_1"
            "&payment_intent_data%5Bmetadata%5D%5Bdeposit_id%5D=dep_1"
            "&success_url=https%3A%2F%2Fa.example%2F%3Ffrom%3Dprovider"
            "&cancel_url=https%3A%2F%2Fshop.example%2F%3Fx%3D1&expires_at=1763999700");
}

TEST(Stripe, AmountsAreInStripesUnit) {
  EXPECT_EQ(sent_amount(1'050, "EUR"), "1050");
  EXPECT_EQ(sent_amount(500, "JPY"), "500");
  EXPECT_EQ(sent_amount(500, "ISK"), "50000");
  EXPECT_EQ(sent_amount(500, "UGX"), "50000");
  EXPECT_EQ(sent_amount(500, "MGA"), "5");
  EXPECT_EQ(sent_amount(501, "MGA"), "amount");
  EXPECT_EQ(sent_amount(5'120, "KWD"), "5120");
  EXPECT_EQ(sent_amount(5'124, "KWD"), "amount");
}

auto read(const std::string& body) { return read_stripe_event(body, false); }

std::string session_event(const std::string& type, const std::string& rest) {
  return R"({"id":"evt_1","livemode":false,"type":")" + type +
         R"(","data":{"object":{"id":"cs_1","client_reference_id":"dep_1",)" + rest + "}}}";
}

TEST(Stripe, ASessionIsPaidWhenItsMoneyHasCome) {
  const std::string money = R"("amount_total":100000,"currency":"pln",)";
  auto paid = read(session_event("checkout.session.completed", money + R"("payment_status":"paid")"));
  ASSERT_TRUE(paid && *paid);
  EXPECT_EQ((*paid)->id, "evt_1");
  EXPECT_EQ((*paid)->event, PaymentEvent::paid);
  EXPECT_EQ((*paid)->deposit, "dep_1");
  EXPECT_EQ((*paid)->session, "cs_1");
  EXPECT_EQ((*paid)->amount_minor, 100'000);
  EXPECT_EQ((*paid)->currency, "PLN");
  for (const char* status : {"unpaid", "no_payment_required"}) {
    auto on_its_way =
        read(session_event("checkout.session.completed", money + R"("payment_status":")" + status + R"(")"));
    EXPECT_TRUE(on_its_way && !*on_its_way) << status;
  }
  auto later = read(session_event("checkout.session.async_payment_succeeded", money + R"("payment_status":"paid")"));
  ASSERT_TRUE(later && *later);
  EXPECT_EQ((*later)->event, PaymentEvent::paid);
}

TEST(Stripe, ASessionMayEndUnpaid) {
  auto failed = read(session_event("checkout.session.async_payment_failed", R"("x":1)"));
  ASSERT_TRUE(failed && *failed);
  EXPECT_EQ((*failed)->event, PaymentEvent::failed);
  auto expired = read(session_event("checkout.session.expired", R"("x":1)"));
  ASSERT_TRUE(expired && *expired);
  EXPECT_EQ((*expired)->event, PaymentEvent::expired);
}

TEST(Stripe, ARefundKnowsItsDepositByTheMetadata) {
  const std::string charge = R"({"id":"evt_2","livemode":false,"type":"charge.refunded","data":{"object":{"id":"ch_1",)"
                             R"("amount_refunded":50000,"currency":"isk","metadata":)";
  auto ours = read(charge + R"({"deposit_id":"dep_1"}}}})");
  ASSERT_TRUE(ours && *ours);
  EXPECT_EQ((*ours)->event, PaymentEvent::refunded);
  EXPECT_EQ((*ours)->amount_minor, 500);  // crowns have no hundredths but in Stripe's unit
  EXPECT_EQ((*ours)->session, "");
  auto other = read(charge + "{}}}}");
  EXPECT_TRUE(other && !*other);
}

std::string dispute_event(const std::string& type, const std::string& status, const std::string& payment = "pi_1") {
  return R"({"id":"evt_3","livemode":false,"type":"charge.dispute.)" + type +
         R"(","data":{"object":{"id":"dp_1","amount":50000,"currency":"isk","status":")" + status +
         R"(","payment_intent":")" + payment + R"("}}})";
}

// AY-38
TEST(Stripe, ADisputeTakesMoneyUntilItIsWon) {
  auto opened = read(dispute_event("created", "needs_response"));
  ASSERT_TRUE(opened && *opened);
  EXPECT_EQ((*opened)->event, PaymentEvent::disputed);
  EXPECT_EQ((*opened)->dispute, "dp_1");
  EXPECT_EQ((*opened)->payment, "pi_1");
  EXPECT_EQ((*opened)->amount_minor, 500);
  EXPECT_EQ((*opened)->deposit, "");
  EXPECT_EQ((**read(dispute_event("funds_withdrawn", "needs_response"))).event, PaymentEvent::disputed);
  EXPECT_EQ((**read(dispute_event("closed", "won"))).event, PaymentEvent::dispute_won);
  EXPECT_EQ((**read(dispute_event("funds_reinstated", "won"))).event, PaymentEvent::dispute_won);
  EXPECT_EQ((**read(dispute_event("closed", "lost"))).event, PaymentEvent::dispute_lost);
}

TEST(Stripe, AnInquiryTakesNoMoney) {
  for (const std::string& body :
       {dispute_event("created", "warning_needs_response"), dispute_event("closed", "warning_closed"),
        dispute_event("updated", "under_review"), dispute_event("created", "needs_response", "")}) {
    auto event = read(body);
    EXPECT_TRUE(event && !*event) << body;
  }
}

// AY-39
TEST(Stripe, AnEventOfTheOtherModeIsRefused) {
  const std::string money = R"("amount_total":100000,"currency":"pln","payment_status":"paid")";
  const std::string body = session_event("checkout.session.completed", money);
  EXPECT_EQ(read_stripe_event(body, true).error().kind, ErrorKind::forbidden);
  std::string live = body;
  live.replace(live.find("false"), 5, "true");
  EXPECT_EQ(read_stripe_event(live, false).error().kind, ErrorKind::forbidden);
  EXPECT_TRUE(read_stripe_event(live, true).has_value());
  EXPECT_TRUE(is_live_key("sk_live_1") && is_live_key("rk_live_1"));
  EXPECT_FALSE(is_live_key("sk_test_1") || is_live_key("rk_test_1"));
}

TEST(Stripe, WhatIsNoConcernOfDepositsIsLeftAlone) {
  for (const std::string& body :
       {session_event("customer.created", R"("x":1)"),
        std::string(
            R"({"id":"evt_1","livemode":false,"type":"checkout.session.expired","data":{"object":{"id":"cs_9"}}})")}) {
    auto event = read(body);
    EXPECT_TRUE(event && !*event) << body;
  }
}

TEST(Stripe, WhatCannotBeReadIsAnError) {
  const std::string paid = R"("payment_status":"paid")";
  for (const std::string& body :
       {std::string("x"), std::string("[]"), std::string("{}"), std::string(R"({"id":5,"type":"a"})"),
        std::string(R"({"id":"evt_1","type":"customer.created"})"), session_event("checkout.session.completed", paid),
        session_event("checkout.session.completed", paid + R"(,"amount_total":5,"currency":"zzz")"),
        session_event("checkout.session.completed", paid + R"(,"amount_total":5.5,"currency":"pln")"),
        session_event("checkout.session.completed", paid + R"(,"amount_total":5,"currency":"isk")")}) {
    auto event = read(body);
    ASSERT_FALSE(event) << body;
    EXPECT_EQ(event.error().kind, ErrorKind::invalid);
  }
}

}  // namespace
}  // namespace footfall::core
