#include "core/domain/money.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <limits>

namespace footfall::core {
namespace {

constexpr auto kMax = std::numeric_limits<std::int64_t>::max();

TEST(Money, KnowsTheExponentsOfCurrencies) {
  EXPECT_EQ(currency_exponent("EUR"), 2);
  EXPECT_EQ(currency_exponent("PLN"), 2);
  EXPECT_EQ(currency_exponent("JPY"), 0);
  EXPECT_EQ(currency_exponent("KWD"), 3);
  EXPECT_EQ(currency_exponent("CLF"), 4);
  EXPECT_EQ(currency_exponent("EURO"), std::nullopt);
  EXPECT_EQ(currency_exponent("eur"), std::nullopt);
  EXPECT_EQ(*parse_currency("eur"), "EUR");
  EXPECT_FALSE(parse_currency("").has_value());
  EXPECT_FALSE(parse_currency("QQQ").has_value());
}

// D-37
TEST(Money, ParsesDecimalsExactly) {
  struct Case {
    const char* text;
    int exponent;
    std::int64_t minor;
  };
  for (const auto& c : {Case{"149.99", 2, 14999}, Case{"0.29", 2, 29},
                        Case{"1.10", 2, 110},     Case{"250", 2, 25000},
                        Case{"250.00", 2, 25000}, Case{"-3.5", 2, -350},
                        Case{"7", 0, 7},          Case{"7.000", 0, 7},
                        Case{"1.005", 3, 1005},   Case{"9.999e1", 2, 9999},
                        Case{"1E2", 2, 10000},    Case{"5e-2", 2, 5},
                        Case{"0e999", 2, 0},      Case{"0.000", 2, 0},
                        Case{"007.50", 2, 750},   Case{"92233720368547758.07", 2, kMax},
                        Case{"-0", 2, 0},         Case{".5", 2, 50},
                        Case{"5.", 2, 500},       Case{"-.05", 2, -5},
                        Case{"5.e1", 2, 5000}}) {
    auto parsed = parse_minor(c.text, c.exponent);
    ASSERT_TRUE(parsed.has_value()) << c.text;
    EXPECT_EQ(*parsed, c.minor) << c.text;
  }
}

TEST(Money, RefusesWhatIsNotADecimal) {
  for (const char* text : {"",         "-",
                           ".",        "-.",
                           ".e1",      "+5",
                           "1,000.00", "$5",
                           "5 ",       " 5",
                           "1.2.3",    "1e",
                           "1e-",      "0x10",
                           "NaN",      "Infinity",
                           "1e1000",   "92233720368547758.08",
                           "1e30",     "--1",
                           "1_000",    "1111111111111111111111111111111111111111111111111111111111111111111"}) {
    EXPECT_FALSE(parse_minor(text, 2).has_value()) << text;
  }
}

TEST(Money, RefusesOrRoundsExcessDecimals) {
  EXPECT_FALSE(parse_minor("1.005", 2).has_value());
  EXPECT_EQ(*parse_minor("1.005", 2, ExcessDigits::round_half_up), 101);
  EXPECT_EQ(*parse_minor("1.0049999999", 2, ExcessDigits::round_half_up), 100);
  EXPECT_EQ(*parse_minor("-1.005", 2, ExcessDigits::round_half_up), -101);
  EXPECT_EQ(*parse_minor("0.5", 0, ExcessDigits::round_half_up), 1);
  EXPECT_EQ(*parse_minor("9e-4", 2, ExcessDigits::round_half_up), 0);
  EXPECT_EQ(*parse_minor("0.009", 2, ExcessDigits::round_half_up), 1);
  EXPECT_FALSE(parse_minor("92233720368547758.075", 2, ExcessDigits::round_half_up).has_value());
}

TEST(Money, FormatsAllDecimalsOfTheCurrency) {
  EXPECT_EQ(format_minor(14999, 2), "149.99");
  EXPECT_EQ(format_amount(14999, "EUR"), "149.99");
  EXPECT_EQ(format_amount(14999, "JPY"), "14999");
  EXPECT_EQ(format_amount(14999, "KWD"), "14.999");
  EXPECT_EQ(format_amount(14999, ""), "149.99");
  EXPECT_EQ(format_minor(5, 2), "0.05");
  EXPECT_EQ(format_minor(-5, 2), "-0.05");
  EXPECT_EQ(format_minor(0, 2), "0.00");
  EXPECT_EQ(format_minor(7, 0), "7");
  EXPECT_EQ(format_minor(std::numeric_limits<std::int64_t>::min(), 0), "-9223372036854775808");
}

// BACX-26 and SE-27: the same sale, two dialects.
TEST(Money, RoundsAsThePolicySays) {  // BA-7, D-18
  const Percent ten{10'000'000};
  EXPECT_EQ(share_of(9999, ten, Rounding::truncate), 999);
  EXPECT_EQ(share_of(9999, ten, Rounding::half_up), 1000);
  EXPECT_EQ(share_of(-9999, ten, Rounding::truncate), -999);
  EXPECT_EQ(share_of(-9999, ten, Rounding::half_up), -1000);
  EXPECT_EQ(share_of(5, ten, Rounding::half_up), 1);
  EXPECT_EQ(share_of(4, ten, Rounding::half_up), 0);
  EXPECT_EQ(share_of(kMax, Percent{kPercentMillionthsMax}, Rounding::half_up), kMax);
}

TEST(Money, Percentages) {
  EXPECT_EQ(parse_percent("12.5")->millionths, 12'500'000);
  EXPECT_EQ(parse_percent("0.000001")->millionths, 1);
  EXPECT_EQ(parse_percent("100")->millionths, kPercentMillionthsMax);
  EXPECT_FALSE(parse_percent("100.000001").has_value());
  EXPECT_FALSE(parse_percent("-1").has_value());
  EXPECT_FALSE(parse_percent("0.0000001").has_value());
  EXPECT_EQ(format_percent(Percent{10'000'000}), "10");
  EXPECT_EQ(format_percent(Percent{12'500'000}), "12.5");
  EXPECT_EQ(format_percent(Percent{0}), "0");
}

TEST(Money, OverflowIsNoticed) {
  EXPECT_EQ(checked_add(kMax, 1), std::nullopt);
  EXPECT_EQ(checked_add(1, 2), 3);
  EXPECT_EQ(checked_subtract(-2, kMax), std::nullopt);
  EXPECT_EQ(rescale_minor(kMax, 0, 2, Rounding::truncate), std::nullopt);
  EXPECT_EQ(rescale_minor(500, 2, 0, Rounding::truncate), 5);
  EXPECT_EQ(rescale_minor(550, 2, 0, Rounding::half_up), 6);
  EXPECT_EQ(rescale_minor(5, 0, 3, Rounding::truncate), 5000);
}

RC_GTEST_PROP(MoneyProperty, WhatIsWrittenIsReadBack, (std::int64_t minor)) {
  const int exponent = *rc::gen::inRange(0, 5);
  RC_PRE(minor != std::numeric_limits<std::int64_t>::min());
  const auto back = parse_minor(format_minor(minor, exponent), exponent);
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == minor);
}

// The share, as a fraction of integers: truncated is the nearest toward zero, half-up at most half a unit away.
RC_GTEST_PROP(MoneyProperty, ShareIsTheRationalOneRounded, (std::int64_t amount)) {
  const Percent percent{*rc::gen::inRange<std::int64_t>(0, kPercentMillionthsMax + 1)};
  __extension__ typedef __int128 Wide;
  const Wide exact = static_cast<Wide>(amount) * percent.millionths;  // in 1e-8 of a minor unit
  const Wide unit = kPercentMillionthsMax;
  const Wide truncated = static_cast<Wide>(share_of(amount, percent, Rounding::truncate)) * unit;
  const Wide cut = exact - truncated;
  RC_ASSERT((amount >= 0 ? (cut >= 0 && cut < unit) : (cut <= 0 && -cut < unit)));
  const Wide rounded = static_cast<Wide>(share_of(amount, percent, Rounding::half_up)) * unit;
  const Wide away = rounded > exact ? rounded - exact : exact - rounded;
  RC_ASSERT(away * 2 <= unit);
  if (away * 2 == unit) RC_ASSERT((amount >= 0 ? rounded > exact : rounded < exact));
}

RC_GTEST_PROP(MoneyProperty, HalfUpParsingIsTheRationalOneRounded, ()) {
  const auto whole = *rc::gen::inRange<std::int64_t>(0, 1'000'000'000);
  const auto millionths = *rc::gen::inRange<std::int64_t>(0, 1'000'000);
  std::string fraction = std::to_string(millionths);
  fraction.insert(0, 6 - fraction.size(), '0');
  const auto parsed = parse_minor(std::to_string(whole) + "." + fraction, 2, ExcessDigits::round_half_up);
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(*parsed == whole * 100 + (millionths + 5'000) / 10'000);
}

// A refund of the whole takes back everything, and no part takes more (SE-75).
TEST(Money, AProportionIsRoundedHalfUp) {
  EXPECT_EQ(proportion_of(490, 1'000, 4'900), 100);
  EXPECT_EQ(proportion_of(1, 1, 2), 1);
  EXPECT_EQ(proportion_of(1, 1, 3), 0);
  EXPECT_EQ(proportion_of(490, 0, 4'900), 0);
  EXPECT_EQ(proportion_of(490, 4'900, 4'900), 490);
  EXPECT_EQ(proportion_of(490, 5'000, 4'900), 490);
  EXPECT_EQ(proportion_of(kSaleMinorMax, kSaleMinorMax - 1, kSaleMinorMax), kSaleMinorMax - 1);
}

RC_GTEST_PROP(MoneyProperty, AnyTextIsReadOrRefused, (const std::string& text)) {
  const auto parsed = parse_minor(text, 2, ExcessDigits::round_half_up);
  if (parsed) RC_ASSERT(*parse_minor(format_minor(*parsed, 2), 2) == *parsed);
}

}  // namespace
}  // namespace footfall::core
