// What statistics are read from: roll-ups for whole quarters of an hour, rows for what a range cuts off a quarter at
// its ends. Clicks count at the time of their id, conversions at that of their arrival; clicks are those judged human.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct StatisticsRange {
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  wire::CampaignId campaign = {};  // none: all
  std::int64_t from_us = 0;        // inclusive
  std::int64_t to_us = 0;          // exclusive
  std::string time_zone = "UTC";   // whose days
};

using AmountsByCurrency = std::map<std::string, std::int64_t>;  // minor units; those of two currencies are never added

struct DayTotals {
  wire::CampaignId campaign;
  std::int64_t day = 0;  // days since 1970, of the time zone
  std::int64_t clicks = 0;
  std::int64_t conversions = 0;     // all
  std::int64_t approved = 0;        // approved or paid
  AmountsByCurrency revenue_minor;  // sale amounts of those pending, approved or paid
};

// One row a campaign and day with anything in it, by day. `now_us`: a range that reaches now takes its last quarter
// whole, whatever clocks say.
Result<std::vector<DayTotals>> read_day_totals(Database& database, const StatisticsRange& range, std::int64_t now_us);

// Commissions of all campaigns in that currency that were paid out in that time, less what was taken back of them. The
// range is widened to whole quarters; days and months of every time zone are such.
Result<std::int64_t> read_paid_minor(Database& database, const StatisticsRange& range, std::string_view currency);

}  // namespace footfall::core
