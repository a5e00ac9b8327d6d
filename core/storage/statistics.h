// What statistics are read from: roll-ups for whole UTC days, rows for what a range cuts off a day at its ends. Clicks
// belong to the day of their id, conversions to that of their arrival; clicks are those judged human.
#pragma once

#include <cstdint>
#include <vector>

#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct StatisticsRange {
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  wire::CampaignId campaign;  // none: all
  std::int64_t from_us = 0;   // inclusive
  std::int64_t to_us = 0;     // exclusive
};

struct DayTotals {
  wire::CampaignId campaign;
  std::int64_t day = 0;  // days since 1970, UTC
  std::int64_t clicks = 0;
  std::int64_t conversions = 0;    // all
  std::int64_t approved = 0;       // approved or paid
  std::int64_t revenue_minor = 0;  // sale amounts of those pending, approved or paid
};

// One row a campaign and day with anything in it, by day. `now_us`: a range that reaches now takes today whole.
Result<std::vector<DayTotals>> read_statistics(Database& database, const StatisticsRange& range, std::int64_t now_us);

}  // namespace footfall::core
