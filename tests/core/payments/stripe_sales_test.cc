// Stripe's events as sales, in the shapes that Stripe documents (SE-71, SE-72, SE-74, SE-75, SE-76). What no rule reads is left out.
#include "core/payments/stripe_sales.h"

#include <gtest/gtest.h>

#include "core/domain/money.h"

namespace footfall::core {
namespace {

constexpr std::string_view kClick = "0198c0de-0000-7000-8000-000000000001";

std::string event(const std::string& type, const std::string& object, const std::string& more = "") {
  return R"({"id":"evt_1","object":"event","api_version":"2024-06-20","created":1764000000,"livemode":false,"type":")" +
         type + "\"" + more + R"(,"data":{"object":)" + object + "}}";
}

auto read(const std::string& body) { return read_stripe_sale(body, false); }

StripeSale sale_of(const std::string& body) {
  auto sale = read(body);
  EXPECT_TRUE(sale && *sale) << body;
  return sale && *sale ? **sale : StripeSale{};
}

std::string session(const std::string& rest) {
  return R"({"id":"cs_test_a1","object":"checkout.session","mode":"payment","customer":null,"invoice":null,)"
         R"("payment_intent":"pi_1","subscription":null,"customer_details":{"email":"jane@buyer.example"},)" +
         rest + "}";
}
std::string paid_session(const std::string& amount, const std::string& currency) {
  return session(R"("payment_status":"paid","metadata":{},"client_reference_id":")" + std::string(kClick) +
                 R"(","amount_total":)" + amount + R"(,"currency":")" + currency + "\"");
}

TEST(StripeSales, ASessionIsSoldWhenItsMoneyHasCome) {
  for (const char* const type : {"checkout.session.completed", "checkout.session.async_payment_succeeded"}) {
    const StripeSale sale = sale_of(event(type, paid_session("4900", "eur")));
    EXPECT_EQ(sale.event, "evt_1");
    EXPECT_EQ(sale.kind, StripeSaleKind::sold);
    EXPECT_EQ(sale.object, "pi_1");
    EXPECT_EQ(sale.names, (std::vector<std::string>{"pi_1", "cs_test_a1"}));
    EXPECT_EQ(sale.click, wire::parse_uuid(kClick));
    EXPECT_EQ(sale.email, "jane@buyer.example");
    EXPECT_EQ(sale.amount_minor, 4900);
    EXPECT_EQ(sale.currency, "EUR");
    EXPECT_EQ(sale.happened_us, 1'764'000'000'000'000);
  }
  const std::string rest = R"("amount_total":4900,"currency":"eur","payment_status":)";
  EXPECT_FALSE(*read(event("checkout.session.completed", session(rest + "\"unpaid\""))));
  EXPECT_FALSE(*read(event("checkout.session.completed", session(rest + "\"no_payment_required\""))));
  EXPECT_FALSE(*read(event("checkout.session.expired", session(rest + "\"unpaid\""))));
}

TEST(StripeSales, AmountsAreInTheCurrencysOwnUnit) {
  const auto amount = [](const std::string& minor, const std::string& currency) {
    return sale_of(event("checkout.session.completed", paid_session(minor, currency))).amount_minor;
  };
  EXPECT_EQ(amount("4900", "usd"), 4900);
  EXPECT_EQ(amount("500", "jpy"), 500);
  EXPECT_EQ(amount("5120", "kwd"), 5120);
  EXPECT_EQ(amount("50000", "isk"), 500);
  EXPECT_FALSE(read(event("checkout.session.completed", paid_session("50001", "isk"))));
  EXPECT_FALSE(read(event("checkout.session.completed", paid_session("500", "xxy"))));
  EXPECT_FALSE(read(event("checkout.session.completed", paid_session("-1", "eur"))));
  EXPECT_EQ(amount("1000000000000000", "eur"), kSaleMinorMax);
  EXPECT_FALSE(read(event("checkout.session.completed", paid_session("1000000000000001", "eur"))));
  EXPECT_FALSE(read(event("checkout.session.completed", paid_session("\"1\"", "eur"))));
}

TEST(StripeSales, TheClickIsTheReferenceOrInTheMetadata) {
  const std::string rest = R"("payment_status":"paid","amount_total":1,"currency":"eur",)";
  const std::string metadata = R"("metadata":{"aff_click_id":")" + std::string(kClick) + "\"}";
  const auto click = [&](const std::string& more) {
    return sale_of(event("checkout.session.completed", session(rest + more))).click;
  };
  EXPECT_EQ(click(metadata), wire::parse_uuid(kClick));
  EXPECT_EQ(click(R"("client_reference_id":"cart-7",)" + metadata), wire::parse_uuid(kClick));
  EXPECT_FALSE(click(R"("client_reference_id":"cart-7","metadata":{})"));
  EXPECT_FALSE(click(R"("client_reference_id":null,"metadata":null)"));
}

TEST(StripeSales, OfTwoIdsTheMetadatasGoesFirst) {
  const std::string cart = "0f8fad5b-d9cb-469f-a165-70867728950e";
  const StripeSale sale = sale_of(event(
      "checkout.session.completed", session(R"("payment_status":"paid","amount_total":1,"currency":"eur",)"
                                            R"("client_reference_id":")" +
                                            cart + R"(","metadata":{"aff_click_id":")" + std::string(kClick) + "\"}")));
  EXPECT_EQ(sale.click, wire::parse_uuid(kClick));
  EXPECT_EQ(sale.other_click, wire::parse_uuid(cart));
}

TEST(StripeSales, AnInvoiceSaysWhoseItIs) {
  const std::string invoice =
      R"({"id":"in_1","subscription":"sub_1","amount_paid":900,"currency":"eur","customer_email":)";
  EXPECT_EQ(sale_of(event("invoice.paid", invoice + R"("jane@buyer.example"})")).email, "jane@buyer.example");
  EXPECT_EQ(sale_of(event("invoice.paid", invoice + "null}")).email, "");
}

TEST(StripeSales, ASubscriptionsSessionIsSoldAsItsInvoice) {
  const std::string head = R"({"id":"cs_1","mode":"subscription","invoice":"in_1","payment_intent":null,)"
                           R"("subscription":"sub_1","currency":"eur",)";
  const StripeSale sale =
      sale_of(event("checkout.session.completed", head + R"("amount_total":900,"payment_status":"paid"})"));
  EXPECT_EQ(sale.object, "in_1");
  EXPECT_EQ(sale.subscription, "sub_1");
  const StripeSale trial = sale_of(
      event("checkout.session.completed", head + R"("amount_total":0,"payment_status":"no_payment_required"})"));
  EXPECT_EQ(trial.amount_minor, 0);
  EXPECT_EQ(trial.subscription, "sub_1");
}

TEST(StripeSales, InvoicesOfBothGenerations) {
  const StripeSale before = sale_of(
      event("invoice.paid", R"({"id":"in_1","object":"invoice","billing_reason":"subscription_cycle","charge":"ch_1",)"
                            R"("payment_intent":"pi_1","subscription":"sub_1","amount_paid":900,"currency":"eur"})"));
  EXPECT_EQ(before.kind, StripeSaleKind::renewed);
  EXPECT_EQ(before.object, "in_1");
  EXPECT_EQ(before.subscription, "sub_1");
  EXPECT_EQ(before.names, (std::vector<std::string>{"in_1", "pi_1", "ch_1"}));
  const StripeSale since = sale_of(
      event("invoice.paid", R"({"id":"in_1","object":"invoice","amount_paid":900,"currency":"eur","parent":{"type":)"
                            R"("subscription_details","subscription_details":{"subscription":"sub_1"}}})"));
  EXPECT_EQ(since.subscription, "sub_1");
  EXPECT_EQ(since.names, std::vector<std::string>{"in_1"});
  EXPECT_FALSE(*read(event("invoice.paid", R"({"id":"in_1","amount_paid":900,"currency":"eur","subscription":null})")));
  const StripeSale link = sale_of(
      event("invoice_payment.paid", R"({"id":"inpay_1","object":"invoice_payment","invoice":"in_1","amount_paid":900,)"
                                    R"("payment":{"type":"payment_intent","payment_intent":"pi_1"}})"));
  EXPECT_EQ(link.kind, StripeSaleKind::linked);
  EXPECT_EQ(link.object, "in_1");
  EXPECT_EQ(link.names, std::vector<std::string>{"pi_1"});
}

TEST(StripeSales, ARefundSaysHowMuchWasGivenBackInAll) {
  const StripeSale sale = sale_of(
      event("charge.refunded", R"({"id":"ch_1","object":"charge","amount":4900,"amount_refunded":1000,"currency":)"
                               R"("eur","invoice":null,"payment_intent":"pi_1","refunded":false})"));
  EXPECT_EQ(sale.kind, StripeSaleKind::refunded);
  EXPECT_EQ(sale.object, "ch_1");
  EXPECT_EQ(sale.names, (std::vector<std::string>{"ch_1", "pi_1"}));
  EXPECT_EQ(sale.amount_minor, 1000);
}

TEST(StripeSales, WhatIsNoEventIsRefused) {
  for (const char* const body : {"", "[]", "{}", R"({"id":"evt_1","type":"invoice.paid"})",
                                 R"({"id":"evt_1","livemode":false,"type":"charge.refunded","data":{"object":{}}})"}) {
    EXPECT_EQ(read(body).error().kind, ErrorKind::invalid) << body;
  }
  std::string odd = event("checkout.session.completed", paid_session("4900", "eur"));
  odd.replace(odd.find("evt_1"), 5, "evt 1");
  EXPECT_FALSE(read(odd));
  EXPECT_FALSE(*read(event("customer.created", "{}")));
}

TEST(StripeSales, TheOtherModeIsRefused) {
  const auto live = read_stripe_sale(event("checkout.session.completed", paid_session("4900", "eur")), true);
  EXPECT_EQ(live.error().kind, ErrorKind::forbidden);
  EXPECT_EQ(live.error().message, "an event of Stripe's test mode, while the receiver is of its live mode");
}

}  // namespace
}  // namespace footfall::core
