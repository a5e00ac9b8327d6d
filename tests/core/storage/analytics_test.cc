// The page that PostgreSQL cuts out and the sums that it makes, beside those of a program that reads every roll-up
// (SE-60).
#include "core/storage/analytics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/core/storage/shared_postgres.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kFromDay = 20'574;  // 2026-05-01
constexpr std::int64_t kToDay = kFromDay + 29;
constexpr std::int64_t kDayUs = 86'400'000'000;

// 1,000 affiliates and what credits nobody, in two campaigns of one account and one of another. Some days lie outside
// of the range, some affiliates have clicks or sales alone, and some had sales that were all taken back.
constexpr std::string_view kBooks =
    "insert into accounts (public_id, dialect, name, link_host) select 'acc_' || n, 'selgeo', 'Acme', 'c.localhost' "
    "from generate_series(1, 2) n; "
    "insert into campaigns (public_id, account_id, slug, name, target_url) select 'prg_' || n, (n + 1) / 2, 's' || n, "
    "'Sale', 'https://shop.example/' from generate_series(1, 3) n; "
    "insert into click_rollups (stream_id, day, account_id, mode, campaign_id, affiliate_id, link_id, gross, net, "
    "uniques) select stream, date '2026-04-28' + (n * 7 + stream * 3) % 36, (c + 1) / 2, 0, c, n, 1, 4 * ((n + 1) % "
    "5), "
    "3 * ((n + 1) % 5), 2 * ((n + 1) % 5) from generate_series(0, 1000) n, generate_series(1, 3) c, generate_series(1, "
    "2) stream "
    "where n % 11 <> c; "
    "insert into campaign_rollups (stream_id, quarter, account_id, mode, campaign_id, gross, net, uniques) select 1, "
    "(20571 + n) * 96 + c, (c + 1) / 2, 0, c, n % 4, n % 3, n % 2 from generate_series(0, 36) n, "
    "generate_series(1, 3) c; "
    "insert into conversion_rollups (campaign_id, quarter, currency, affiliate_id, shard, account_id, mode, total, "
    "approved, revenue_minor, commission_minor) select c, (20571 + n % 36) * 96 + n % 96, currency, n, shard, "
    "(c + 1) / 2, 'live', sign * (n % 3 + 1), sign * (n % 2), sign * 1000 * n, sign * 10 * n from "
    "generate_series(0, 1000) n, generate_series(1, 3) c, (values ('EUR'), ('JPY'), ('')) m (currency), "
    "(values (0, 1), (1, -1)) s (shard, sign) where n % 7 <> 0 and (sign = 1 or n % 13 = 0)";

std::string text_of(const AnalyticsRow& row) {
  std::string text = std::to_string(row.bucket);
  for (const auto figure : {row.clicks_gross, row.clicks_net, row.clicks_unique, row.conversions, row.approved}) {
    text += " " + std::to_string(figure);
  }
  for (const auto* amounts : {&row.revenue_minor, &row.commission_minor}) {
    for (const auto& [currency, minor] : *amounts) text += " " + std::to_string(minor) + currency;
  }
  return text;
}

class AnalyticsPages : public testing::Test {
 protected:
  Database database_ = fresh_database();
  AnalyticsRange range_;

  void SetUp() override {
    auto filled = database_.execute(std::string(kBooks));
    ASSERT_TRUE(filled.has_value()) << filled.error().message;
    range_.account.value = 1;
    range_.from_day = kFromDay;
    range_.to_day = kToDay;
    range_.from_us = kFromDay * kDayUs;
    range_.to_us = (kToDay + 1) * kDayUs;
  }
  AnalyticsPage page(std::int64_t offset, std::int64_t limit) {
    range_.offset = offset;
    range_.limit = limit;
    auto read = read_analytics_page(database_, range_);
    EXPECT_TRUE(read.has_value()) << read.error().message;
    return read ? *read : AnalyticsPage{};
  }
  // Of every row of the roll-ups in the range; the first column is the bucket.
  std::map<std::int64_t, AnalyticsRow> all_rows(const std::string& clicks, const std::string& sales) {
    std::map<std::int64_t, AnalyticsRow> buckets;
    auto clicked = database_.query("select " + clicks);
    for (int r = 0; clicked && r < clicked->size(); ++r) {
      AnalyticsRow& row = buckets[clicked->integer(r, 0)];
      row.clicks_gross += clicked->integer(r, 1);
      row.clicks_net += clicked->integer(r, 2);
      row.clicks_unique += clicked->integer(r, 3);
    }
    auto sold = database_.query("select " + sales);
    for (int r = 0; sold && r < sold->size(); ++r) {
      AnalyticsRow& row = buckets[sold->integer(r, 0)];
      const std::string currency(sold->text(r, 1));
      row.conversions += sold->integer(r, 2);
      row.approved += sold->integer(r, 3);
      row.revenue_minor[currency] += sold->integer(r, 4);
      row.commission_minor[currency] += sold->integer(r, 5);
    }
    EXPECT_TRUE(clicked && sold);
    std::erase_if(buckets, [](const auto& one) { return one.second.clicks_gross == 0 && one.second.conversions == 0; });
    for (auto& [bucket, row] : buckets) {
      row.bucket = bucket;
      for (auto* amounts : {&row.revenue_minor, &row.commission_minor}) {
        std::erase_if(*amounts, [](const auto& one) { return one.second == 0; });
      }
    }
    return buckets;
  }
  static AnalyticsRow sums_of(const std::map<std::int64_t, AnalyticsRow>& buckets) {
    AnalyticsRow sums;
    for (const auto& [bucket, row] : buckets) {
      sums.clicks_gross += row.clicks_gross;
      sums.clicks_net += row.clicks_net;
      sums.clicks_unique += row.clicks_unique;
      sums.conversions += row.conversions;
      sums.approved += row.approved;
      for (const auto& [currency, minor] : row.revenue_minor) sums.revenue_minor[currency] += minor;
      for (const auto& [currency, minor] : row.commission_minor) sums.commission_minor[currency] += minor;
    }
    return sums;
  }
  // Every page of that size, and one behind the last, against what all rows say.
  void expect_pages(const std::map<std::int64_t, AnalyticsRow>& wanted, std::int64_t limit) {
    const auto total = static_cast<std::int64_t>(wanted.size());
    auto next = wanted.begin();
    for (std::int64_t offset = 0; offset <= total + limit; offset += limit) {
      const AnalyticsPage shown = page(offset, limit);
      EXPECT_EQ(shown.total, total);
      EXPECT_EQ(text_of(shown.sums), text_of(sums_of(wanted)));
      EXPECT_EQ(static_cast<std::int64_t>(shown.rows.size()), std::clamp<std::int64_t>(total - offset, 0, limit));
      for (const AnalyticsRow& row : shown.rows) {
        ASSERT_NE(next, wanted.end());
        EXPECT_EQ(text_of(row), text_of(next->second));
        ++next;
      }
    }
    EXPECT_EQ(next, wanted.end());
  }
  // What follows "from" in the statements of all_rows(), the range included.
  static std::string clicks_of_affiliates(const std::string& condition) {
    return "click_rollups where account_id = 1 and mode = 0 and day between '2026-05-01' and '2026-05-30' and " +
           condition;
  }
  static std::string quarters(const std::string& table, const std::string& condition) {
    return table + " where account_id = 1 and quarter >= " + std::to_string(kFromDay * 96) + " and quarter < " +
           std::to_string((kToDay + 1) * 96) + " and " + condition;
  }
};

TEST_F(AnalyticsPages, OfMoreAffiliatesThanAPageAreThoseOfAllRows) {
  range_.group = AnalyticsGroup::affiliate;
  const auto wanted = all_rows("affiliate_id, gross, net, uniques from " + clicks_of_affiliates("true"),
                               "affiliate_id, currency, total, approved, revenue_minor, commission_minor from " +
                                   quarters("conversion_rollups", "true"));
  ASSERT_GT(wanted.size(), 800u);
  ASSERT_LT(wanted.size(), 1'001u) << "some have nothing in them";
  EXPECT_EQ(wanted.begin()->first, 0) << "what credits nobody comes first";
  expect_pages(wanted, 100);
  expect_pages(wanted, 333);
}

TEST_F(AnalyticsPages, AreOfTheCampaignOrTheAffiliateThatWasAskedFor) {
  range_.group = AnalyticsGroup::affiliate;
  range_.campaign.value = 2;
  const std::string sales = "affiliate_id, currency, total, approved, revenue_minor, commission_minor from ";
  expect_pages(all_rows("affiliate_id, gross, net, uniques from " + clicks_of_affiliates("campaign_id = 2"),
                        sales + quarters("conversion_rollups", "campaign_id = 2")),
               100);
  range_.affiliate.value = 27;
  expect_pages(all_rows("affiliate_id, gross, net, uniques from " +
                            clicks_of_affiliates("campaign_id = 2 and affiliate_id = 27"),
                        sales + quarters("conversion_rollups", "campaign_id = 2 and affiliate_id = 27")),
               1);
  range_.mode = wire::Mode::test;
  expect_pages({}, 10);
}

TEST_F(AnalyticsPages, OfDaysAndCampaignsAreThoseOfAllRows) {
  const std::string figures = "gross, net, uniques from ", sales =
                                                               "currency, total, approved, revenue_minor, "
                                                               "commission_minor from ";
  range_.group = AnalyticsGroup::day;
  expect_pages(all_rows("quarter / 96, " + figures + quarters("campaign_rollups", "true"),
                        "quarter / 96, " + sales + quarters("conversion_rollups", "true")),
               7);
  range_.group = AnalyticsGroup::campaign;
  expect_pages(all_rows("campaign_id, " + figures + quarters("campaign_rollups", "true"),
                        "campaign_id, " + sales + quarters("conversion_rollups", "true")),
               1);
  range_.affiliate.value = 27;  // whose clicks are counted by days
  expect_pages(all_rows("campaign_id, " + figures + clicks_of_affiliates("affiliate_id = 27"),
                        "campaign_id, " + sales + quarters("conversion_rollups", "affiliate_id = 27")),
               1);
}

}  // namespace
}  // namespace footfall::core
