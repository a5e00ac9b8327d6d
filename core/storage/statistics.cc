#include "core/storage/statistics.h"

#include <map>
#include <utility>

#include "core/domain/keys.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kDay_us = 86'400'000'000;

constexpr std::string_view kFromRollups =
    "select campaign_id, day - date '1970-01-01', sum(clicks)::bigint, sum(conversions)::bigint, "
    "sum(approved)::bigint, "
    "sum(revenue)::bigint from ("
    "select campaign_id, day, net clicks, 0 conversions, 0 approved, 0 revenue from campaign_rollups "
    "where account_id = $1 and mode = case $2::text when 'test' then 1 else 0 end "
    "and day >= date '1970-01-01' + $3::int and day < date '1970-01-01' + $4::int "
    "and ($5::bigint is null or campaign_id = $5) "
    "union all "
    "select campaign_id, day, 0, total, approved, revenue_minor from conversion_rollups "
    "where account_id = $1 and mode = $2 and day >= date '1970-01-01' + $3::int and day < date '1970-01-01' + "
    "$4::int "
    "and ($5::bigint is null or campaign_id = $5)) both_kinds group by 1, 2";

constexpr std::string_view kFromRows =
    "select campaign_id, sum(clicks)::bigint, sum(conversions)::bigint, sum(approved)::bigint, sum(revenue)::bigint "
    "from ("
    "select campaign_id, count(*) clicks, 0 conversions, 0 approved, 0 revenue from clicks "
    "where account_id = $1 and mode = case $2::text when 'test' then 1 else 0 end and verdict = 0 "
    "and id >= $3::uuid and id < $4::uuid and ($7::bigint is null or campaign_id = $7) group by 1 "
    "union all "
    "select campaign_id, 0, count(*), count(*) filter (where status in ('approved', 'paid')), "
    "coalesce(sum(amount_minor) filter (where status in ('pending', 'approved', 'paid')), 0) from conversions "
    "where account_id = $1 and mode = $2 and created_at >= $5 and created_at < $6 and campaign_id is not null "
    "and ($7::bigint is null or campaign_id = $7) group by 1) both_kinds group by 1";

// The smallest id of a millisecond: ids order by their time.
std::string first_id_at(std::int64_t us) {
  wire::ClickId id;
  const auto ms = static_cast<std::uint64_t>((us + 999) / 1000);
  for (int i = 0; i < 6; ++i) id.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  return wire::to_uuid(id);
}

using Totals = std::map<std::pair<std::int64_t, std::uint64_t>, DayTotals>;

void add(Totals& totals, wire::CampaignId campaign, std::int64_t day, const Rows& rows, int r, int first_column) {
  DayTotals& total = totals[{day, campaign.value}];
  total.campaign = campaign;
  total.day = day;
  total.clicks += rows.integer(r, first_column);
  total.conversions += rows.integer(r, first_column + 1);
  total.approved += rows.integer(r, first_column + 2);
  total.revenue_minor += rows.integer(r, first_column + 3);
}

Result<void> add_days(Database& database, const StatisticsRange& range, std::int64_t from_day, std::int64_t to_day,
                      Totals& totals) {
  if (from_day >= to_day) return {};
  auto rows = database.query(
      kFromRollups, {range.account.value, mode_name(range.mode), from_day, to_day, id_or_null(range.campaign)});
  if (!rows) return Failure(rows.error());
  for (int r = 0; r < rows->size(); ++r) {
    add(totals, {static_cast<std::uint64_t>(rows->integer(r, 0))}, rows->integer(r, 1), *rows, r, 2);
  }
  return {};
}

// Within one day.
Result<void> add_part(Database& database, const StatisticsRange& range, std::int64_t from_us, std::int64_t to_us,
                      Totals& totals) {
  if (from_us >= to_us) return {};
  auto rows =
      database.query(kFromRows, {range.account.value, mode_name(range.mode), first_id_at(from_us), first_id_at(to_us),
                                 timestamp_us(from_us), timestamp_us(to_us), id_or_null(range.campaign)});
  if (!rows) return Failure(rows.error());
  for (int r = 0; r < rows->size(); ++r) {
    add(totals, {static_cast<std::uint64_t>(rows->integer(r, 0))}, from_us / kDay_us, *rows, r, 1);
  }
  return {};
}

}  // namespace

Result<std::vector<DayTotals>> read_statistics(Database& database, const StatisticsRange& range, std::int64_t now_us) {
  Totals totals;
  const std::int64_t from_us = std::max<std::int64_t>(0, range.from_us);
  const std::int64_t to_us = range.to_us >= now_us ? (now_us / kDay_us + 2) * kDay_us : range.to_us;
  const std::int64_t first_whole_day = (from_us + kDay_us - 1) / kDay_us;
  const std::int64_t after_whole_days = to_us / kDay_us;
  Result<void> read;
  if (first_whole_day > after_whole_days) {
    read = add_part(database, range, from_us, to_us, totals);
  } else {
    read = add_days(database, range, first_whole_day, after_whole_days, totals);
    if (read) read = add_part(database, range, from_us, first_whole_day * kDay_us, totals);
    if (read) read = add_part(database, range, after_whole_days * kDay_us, to_us, totals);
  }
  if (!read) return Failure(read.error());
  std::vector<DayTotals> result;
  for (const auto& [key, total] : totals) {
    if (total.clicks != 0 || total.conversions != 0) result.push_back(total);
  }
  return result;
}

}  // namespace footfall::core
