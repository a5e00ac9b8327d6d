// Days of a time zone, those of 23 and 25 hours too, and amounts that stay apart by currency.
#include "core/storage/statistics.h"

#include <gtest/gtest.h>

#include "core/storage/time_zones.h"
#include "proto/base/clock.h"
#include "tests/core/storage/shared_postgres.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;

std::int64_t at(std::string_view text) { return *parse_iso8601(text); }

class StatisticsTest : public testing::Test {
 protected:
  Database database_ = fresh_database();

  void run(const std::string& sql) {
    auto done = database_.execute(sql);
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }
  void SetUp() override {
    run("insert into accounts (public_id, dialect, name, link_host) values ('acc_1', 'affspace', 'Acme', "
        "'c.localhost'); "
        "insert into campaigns (public_id, account_id, slug, name, target_url) values "
        "('off_1', 1, 'one', 'One', 'https://shop.example')");
  }
  void sale(std::string_view when, std::int64_t minor = 100, const std::string& currency = "EUR") {
    static int number = 0;
    run("insert into conversions (public_id, account_id, mode, campaign_id, attributed, reason, explanation, "
        "amount_minor, currency, created_at) values ('conv_" +
        std::to_string(++number) + "', 1, 'live', 1, true, 'r', 'e', " + std::to_string(minor) + ", '" + currency +
        "', '" + std::string(when) + "')");
  }
  std::vector<DayTotals> read(const std::string& zone, std::int64_t from_us, std::int64_t to_us) {
    auto days = read_day_totals(database_, {{1}, wire::Mode::live, {}, from_us, to_us, zone}, at("2030-01-01"));
    EXPECT_TRUE(days.has_value()) << days.error().message;
    return *days;
  }
  // "2026-03-29:2 …": the days and how many conversions each has.
  std::string counted(const std::string& zone, std::string_view from, std::string_view to) {
    std::string text;
    for (const DayTotals& day : read(zone, at(from), at(to))) {
      text += (text.empty() ? "" : " ") + iso8601_ms(day.day * 24 * kHourUs).substr(0, 10) + ":" +
              std::to_string(day.conversions);
    }
    return text;
  }
  std::int64_t start(std::string_view zone, std::string_view date) {
    auto begun = start_of_day(database_, zone, at(date) / (24 * kHourUs));
    EXPECT_TRUE(begun.has_value()) << begun.error().message;
    return *begun;
  }
};

TEST_F(StatisticsTest, DaysOf23And25Hours) {  // FC-8
  EXPECT_EQ(start("Europe/Warsaw", "2026-03-29"), at("2026-03-28T23:00:00Z"));
  EXPECT_EQ(start("Europe/Warsaw", "2026-03-30") - start("Europe/Warsaw", "2026-03-29"), 23 * kHourUs);
  EXPECT_EQ(start("Europe/Warsaw", "2026-10-26") - start("Europe/Warsaw", "2026-10-25"), 25 * kHourUs);
  EXPECT_EQ(start("UTC", "2026-10-25"), at("2026-10-25"));
  // In Havana clocks go back from one to midnight: the day has two midnights and begins with the first.
  EXPECT_EQ(start("America/Havana", "2026-11-01"), at("2026-11-01T04:00:00Z"));
  // In Beirut they go forward at midnight: the day begins at one.
  EXPECT_EQ(start("Asia/Beirut", "2026-03-29"), at("2026-03-28T22:00:00Z"));
  EXPECT_EQ(*day_of(database_, "America/Havana", at("2026-11-01T04:30:00Z")), at("2026-11-01") / (24 * kHourUs));
  EXPECT_EQ(*day_of(database_, "Europe/Warsaw", at("2026-03-28T23:30:00Z")), at("2026-03-29") / (24 * kHourUs));
  EXPECT_EQ(*day_of(database_, "UTC", -1), -1);
}

TEST_F(StatisticsTest, ASaleCountsOnTheDayOfTheZone) {
  sale("2026-03-28T22:59:59Z");  // in Warsaw the last second of the 28th
  sale("2026-03-28T23:00:00Z");  // and the first of the 29th, which has 23 hours
  sale("2026-03-29T21:59:59Z");
  sale("2026-03-29T22:00:00Z");
  EXPECT_EQ(counted("Europe/Warsaw", "2026-03-01", "2026-04-01"), "2026-03-28:1 2026-03-29:2 2026-03-30:1");
  EXPECT_EQ(counted("UTC", "2026-03-01", "2026-04-01"), "2026-03-28:2 2026-03-29:2");
  sale("2026-10-24T22:00:00Z");  // the first second of a day of 25 hours
  sale("2026-10-25T22:59:59Z");  // and its last
  sale("2026-10-25T23:00:00Z");
  EXPECT_EQ(counted("Europe/Warsaw", "2026-10-01", "2026-11-01"), "2026-10-25:2 2026-10-26:1");
}

TEST_F(StatisticsTest, ZonesOfHalfAndQuarterHours) {
  sale("2026-05-01T18:14:59Z");
  sale("2026-05-01T18:15:00Z");  // midnight in Kathmandu, 5:45 ahead
  sale("2026-05-01T18:30:00Z");  // midnight in Kolkata, 5:30 ahead
  EXPECT_EQ(counted("Asia/Kathmandu", "2026-05-01", "2026-05-03"), "2026-05-01:1 2026-05-02:2");
  EXPECT_EQ(counted("Asia/Kolkata", "2026-05-01", "2026-05-03"), "2026-05-01:2 2026-05-02:1");
}

TEST_F(StatisticsTest, ARangeMayCutAnywhere) {
  sale("2026-05-01T10:07:00Z");
  sale("2026-05-01T10:08:00Z");
  sale("2026-05-01T10:30:00Z");
  sale("2026-05-01T11:59:59Z");
  const auto conversions = [this](std::string_view from, std::string_view to) {
    std::int64_t sum = 0;
    for (const DayTotals& day : read("UTC", at(from), at(to))) sum += day.conversions;
    return sum;
  };
  EXPECT_EQ(conversions("2026-05-01T10:07:00Z", "2026-05-01T10:08:00Z"), 1);
  EXPECT_EQ(conversions("2026-05-01T10:08:00Z", "2026-05-01T12:00:00Z"), 3);
  EXPECT_EQ(conversions("2026-05-01T10:00:00Z", "2026-05-01T11:59:59Z"), 3);
  EXPECT_EQ(conversions("2026-05-01T10:08:00Z", "2026-05-01T10:08:00Z"), 0);
}

TEST_F(StatisticsTest, CurrenciesStayApartThroughEveryChange) {  // FC-6
  sale("2026-05-01T10:00:00Z", 100, "EUR");
  sale("2026-05-01T10:01:00Z", 4'500, "JPY");
  sale("2026-05-01T10:02:00Z", 50, "EUR");
  const auto revenue = [this] { return read("UTC", at("2026-05-01"), at("2026-05-02")).at(0).revenue_minor; };
  EXPECT_EQ(revenue(), (AmountsByCurrency{{"EUR", 150}, {"JPY", 4'500}}));
  run("update conversions set status = 'rejected' where amount_minor = 50");
  run("update conversions set status = 'approved' where amount_minor = 4500");
  EXPECT_EQ(revenue(), (AmountsByCurrency{{"EUR", 100}, {"JPY", 4'500}}));
  EXPECT_EQ(read("UTC", at("2026-05-01"), at("2026-05-02")).at(0).approved, 1);
  EXPECT_EQ(read("UTC", at("2026-05-01"), at("2026-05-02")).at(0).conversions, 3);
}

// AY-28
TEST_F(StatisticsTest, WhatWasPaidOutFollowsEveryChange) {
  const auto paid = [this](std::string_view from, std::string_view to, std::string_view currency = "EUR") {
    return read_paid_minor(database_, {{1}, wire::Mode::live, {}, at(from), at(to)}, currency).value();
  };
  for (int i = 0; i < 2; ++i) sale("2026-04-01T10:00:00Z");
  run("update conversions set commission_minor = 10, commission_currency = 'EUR'");
  EXPECT_EQ(paid("2026-04-01", "2026-06-01"), 0);
  run("update conversions set status = 'paid', paid_at = '2026-05-01T00:00:00Z' where id = 1");
  run("update conversions set status = 'paid', paid_at = '2026-04-30T23:59:59Z' where id = 2");
  EXPECT_EQ(paid("2026-05-01", "2026-06-01"), 10);
  EXPECT_EQ(paid("2026-04-01", "2026-05-01"), 10);
  EXPECT_EQ(paid("2026-05-01", "2026-06-01", "PLN"), 0);
  run("update conversions set reversed_minor = 3 where id = 1");
  EXPECT_EQ(paid("2026-05-01", "2026-06-01"), 7);
  run("update conversions set commission_currency = 'PLN' where id = 1");
  EXPECT_EQ(paid("2026-05-01", "2026-06-01"), 0);
  EXPECT_EQ(paid("2026-05-01", "2026-06-01", "PLN"), 7);
  run("insert into conversions (public_id, account_id, mode, attributed, reason, explanation, commission_minor, "
      "commission_currency, status, paid_at) values ('conv_paid', 1, 'live', true, 'r', 'e', 5, 'EUR', 'paid', "
      "'2026-05-02')");
  EXPECT_EQ(paid("2026-05-01", "2026-06-01"), 5);
}

}  // namespace
}  // namespace footfall::core
