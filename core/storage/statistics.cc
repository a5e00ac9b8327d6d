// A range is cut at quarters of an hour. What lies between the first and the last cut is summed from the roll-ups, what
// is left at the ends from rows; both give (campaign, day, currency) with four figures. Clicks have no currency: theirs
// is ''.
#include "core/storage/statistics.h"

#include <algorithm>
#include <utility>

#include "core/domain/keys.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kQuarterUs = 900'000'000;
constexpr std::int64_t kQuartersPerDay = 96;

constexpr std::string_view kFromRollups =
    "select campaign_id, (to_timestamp(quarter * 900::bigint) at time zone $6)::date - date '1970-01-01', currency, "
    "sum(clicks)::bigint, sum(conversions)::bigint, sum(approved)::bigint, sum(revenue)::bigint from ("
    "select campaign_id, quarter, '' as currency, net as clicks, 0 as conversions, 0 as approved, 0 as revenue "
    "from campaign_rollups where account_id = $1 and mode = case $2::text when 'test' then 1 else 0 end "
    "and quarter >= $3::int and quarter < $4::int and ($5::bigint is null or campaign_id = $5) "
    "union all select campaign_id, quarter, currency, 0, total, approved, revenue_minor from conversion_rollups "
    "where account_id = $1 and mode = $2 and quarter >= $3::int and quarter < $4::int "
    "and ($5::bigint is null or campaign_id = $5)) both_kinds group by 1, 2, 3";

constexpr std::string_view kFromRows =
    "select campaign_id, ($5::timestamptz at time zone $8)::date - date '1970-01-01', currency, sum(clicks)::bigint, "
    "sum(conversions)::bigint, sum(approved)::bigint, sum(revenue)::bigint from ("
    "select campaign_id, '' as currency, count(*) as clicks, 0 as conversions, 0 as approved, 0 as revenue from clicks "
    "where account_id = $1 and mode = case $2::text when 'test' then 1 else 0 end and verdict = 0 "
    "and id >= $3::uuid and id < $4::uuid and ($7::bigint is null or campaign_id = $7) group by 1 "
    "union all select campaign_id, coalesce(currency, ''), 0, count(*), "
    "count(*) filter (where status in ('approved', 'paid')), "
    "coalesce(sum(amount_minor) filter (where status in ('pending', 'approved', 'paid')), 0) from conversions "
    "where account_id = $1 and mode = $2 and created_at >= $5 and created_at < $6 and campaign_id is not null "
    "and ($7::bigint is null or campaign_id = $7) group by 1, 2) both_kinds group by 1, 2, 3";

// The smallest id of a millisecond: ids order by their time.
std::string first_id_at(std::int64_t us) {
  wire::ClickId id;
  const auto ms = static_cast<std::uint64_t>((us + 999) / 1000);
  for (int i = 0; i < 6; ++i) id.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  return wire::to_uuid(id);
}

using Totals = std::map<std::pair<std::int64_t, std::uint64_t>, DayTotals>;

Result<void> add(Totals& totals, Result<Rows> rows) {
  if (!rows) return Failure(rows.error());
  for (int r = 0; r < rows->size(); ++r) {
    RowReader in(*rows, r);
    const auto campaign = in.id<wire::CampaignId>();
    const std::int64_t day = in.integer();
    const std::string currency = in.text();
    DayTotals& total = totals[{day, campaign.value}];
    total.campaign = campaign;
    total.day = day;
    total.clicks += in.integer();
    total.conversions += in.integer();
    total.approved += in.integer();
    const std::int64_t revenue = in.integer();
    if (!currency.empty()) total.revenue_minor[currency] += revenue;
  }
  return {};
}

Result<void> add_quarters(Database& database, const StatisticsRange& range, std::int64_t from_quarter,
                          std::int64_t to_quarter, Totals& totals) {
  if (from_quarter >= to_quarter) return {};
  return add(totals, database.query(kFromRollups, {range.account.value, mode_name(range.mode), from_quarter, to_quarter,
                                                   id_or_null(range.campaign), range.time_zone}));
}

// Within one quarter.
Result<void> add_part(Database& database, const StatisticsRange& range, std::int64_t from_us, std::int64_t to_us,
                      Totals& totals) {
  if (from_us >= to_us) return {};
  return add(totals, database.query(kFromRows, {range.account.value, mode_name(range.mode), first_id_at(from_us),
                                                first_id_at(to_us), timestamp_us(from_us), timestamp_us(to_us),
                                                id_or_null(range.campaign), range.time_zone}));
}

}  // namespace

Result<std::vector<DayTotals>> read_day_totals(Database& database, const StatisticsRange& range, std::int64_t now_us) {
  Totals totals;
  const std::int64_t beyond_now_us = (now_us / kQuarterUs + 2 * kQuartersPerDay) * kQuarterUs;
  const std::int64_t from_us = std::clamp<std::int64_t>(range.from_us, 0, beyond_now_us);
  const std::int64_t to_us = range.to_us >= now_us ? beyond_now_us : range.to_us;
  const std::int64_t first_whole = (from_us + kQuarterUs - 1) / kQuarterUs;
  const std::int64_t after_whole = to_us / kQuarterUs;
  Result<void> read;
  if (first_whole > after_whole) {
    read = add_part(database, range, from_us, to_us, totals);
  } else {
    read = add_quarters(database, range, first_whole, after_whole, totals);
    if (read) read = add_part(database, range, from_us, first_whole * kQuarterUs, totals);
    if (read) read = add_part(database, range, after_whole * kQuarterUs, to_us, totals);
  }
  if (!read) return Failure(read.error());
  std::vector<DayTotals> result;
  for (auto& [key, total] : totals) {
    if (total.clicks != 0 || total.conversions != 0) result.push_back(std::move(total));
  }
  return result;
}

Result<std::int64_t> read_paid_minor(Database& database, const StatisticsRange& range, std::string_view currency) {
  auto rows = database.query(
      "select coalesce(sum(paid_minor), 0)::bigint from payout_rollups where account_id = $1 and mode = $2 and "
      "currency = $3 and quarter >= $4::int and quarter < $5::int",
      {range.account.value, mode_name(range.mode), currency, range.from_us / kQuarterUs,
       (range.to_us + kQuarterUs - 1) / kQuarterUs});
  if (!rows) return Failure(rows.error());
  return rows->integer(0, 0);
}

}  // namespace footfall::core
