// The shape in which a page of Sunrise Pay is asked for, and what its calls mean (AY-36).
#include "core/payments/sunrise_pay.h"

#include <gtest/gtest.h>

namespace footfall::core {
namespace {

TEST(SunrisePay, AsksForAPage) {
  EXPECT_EQ(sunrise_pay_session_body({"dep_1", 100'050, "PLN", "https://a/", "https://b/", 1'764'000'000'000'000}),
            R"({"reference":"dep_1","amount":"1000.50","currency":"PLN","description":"Deposit dep_1",)"
            R"("success_url":"https://a/","cancel_url":"https://b/","expires_at":"2025-11-24T16:00:00.000Z"})");
}

std::string call(const std::string& type, const std::string& rest = "") {
  return R"({"id":"n1","type":")" + type + R"(","reference":"dep_1","session":"s1")" + rest + "}";
}

TEST(SunrisePay, CallsSayWhatBecameOfThePayment) {
  const std::string money = R"(,"amount":"1000.50","currency":"PLN")";
  const std::pair<const char*, PaymentEvent> events[] = {{"payment.confirmed", PaymentEvent::paid},
                                                         {"payment.failed", PaymentEvent::failed},
                                                         {"payment.expired", PaymentEvent::expired},
                                                         {"payment.refunded", PaymentEvent::refunded}};
  for (const auto& [type, event] : events) {
    auto notice = read_sunrise_pay_call(call(type, money));
    ASSERT_TRUE(notice && *notice) << type;
    EXPECT_EQ((*notice)->event, event);
    EXPECT_EQ((*notice)->deposit, "dep_1");
    EXPECT_EQ((*notice)->session, event == PaymentEvent::refunded ? "" : "s1");
    const bool has_money = event == PaymentEvent::paid || event == PaymentEvent::refunded;
    EXPECT_EQ((*notice)->amount_minor, has_money ? 100'050 : 0);
  }
  auto other = read_sunrise_pay_call(call("payment.created"));
  EXPECT_TRUE(other && !*other);
}

TEST(SunrisePay, WhatCannotBeReadIsAnError) {
  for (const std::string& body :
       {std::string("x"), call("payment.confirmed"), call("payment.confirmed", R"(,"amount":"1.001","currency":"PLN")"),
        call("payment.confirmed", R"(,"amount":1,"currency":"PLN")"), std::string(R"({"type":"payment.failed"})")}) {
    EXPECT_FALSE(read_sunrise_pay_call(body)) << body;
  }
}

}  // namespace
}  // namespace footfall::core
