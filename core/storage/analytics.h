// Figures of an account in one mode for a range of days, in buckets: by time, campaign or affiliate. They are read from
// roll-ups alone, in one statement, which answers with one page of the buckets and the sums of all of them: an account
// may have any number of affiliates. Clicks count at the time of their id, conversions at that of their arrival; what
// names no campaign is in no figure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/storage/database.h"
#include "core/storage/statistics.h"
#include "proto/wire/ids.h"

namespace footfall::core {

enum class AnalyticsGroup : std::uint8_t { day, week, month, campaign, affiliate };

struct AnalyticsRange {
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  wire::CampaignId campaign = {};       // none: all
  wire::AffiliateId affiliate = {};     // none: all
  std::int64_t from_day = 0;            // since 1970, of the time zone; inclusive
  std::int64_t to_day = 0;              // inclusive
  std::int64_t from_us = 0, to_us = 0;  // when these days begin and end
  std::string time_zone = "UTC";
  AnalyticsGroup group = AnalyticsGroup::day;
  std::int64_t limit = 100, offset = 0;  // which buckets
};

struct AnalyticsRow {
  // By time: the first day of the bucket (weeks begin on Monday). Else the id of campaign or affiliate, 0 for none.
  std::int64_t bucket = 0;
  std::int64_t clicks_gross = 0, clicks_net = 0, clicks_unique = 0;
  std::int64_t conversions = 0;        // all
  std::int64_t approved = 0;           // approved or paid
  AmountsByCurrency revenue_minor;     // sale amounts of those pending, approved or paid
  AmountsByCurrency commission_minor;  // of the same, less what was reversed
};
struct AnalyticsPage {
  std::vector<AnalyticsRow> rows;  // at most `limit`
  std::int64_t total = 0;          // how many buckets there are
  AnalyticsRow sums;               // of all of them
};
// Buckets with anything in them, by bucket. Clicks by affiliate are counted per UTC day, all else by days of the zone.
Result<AnalyticsPage> read_analytics_page(Database& database, const AnalyticsRange& range);

}  // namespace footfall::core
