#include "core/storage/time_zones.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;

}  // namespace

Result<std::optional<std::string>> find_time_zone(Database& database, std::string_view folded_name) {
  auto rows = database.query("select name from pg_timezone_names where lower(name) = $1", {folded_name});
  if (!rows) return Failure(rows.error());
  if (rows->empty()) return std::optional<std::string>();
  return std::optional<std::string>(rows->text(0, 0));
}

// Where clocks go back at midnight, the day has two midnights, and it begins with the first.
Result<std::int64_t> start_of_day(Database& database, std::string_view zone, std::int64_t day) {
  if (zone == "UTC") return day * kDayUs;
  auto rows = database.query(
      "select (extract(epoch from case when ((t - interval '1 hour') at time zone $1)::date = d "
      "then t - interval '1 hour' else t end) * 1000000)::bigint from (select d, d::timestamp at time zone $1 as t "
      "from (select date '1970-01-01' + $2::int as d) x) y",
      {zone, day});
  if (!rows) return Failure(rows.error());
  return rows->integer(0, 0);
}

Result<std::int64_t> day_of(Database& database, std::string_view zone, std::int64_t wall_us) {
  if (zone == "UTC") return wall_us >= 0 ? wall_us / kDayUs : (wall_us - kDayUs + 1) / kDayUs;
  auto rows = database.query("select ($2::timestamptz at time zone $1)::date - date '1970-01-01'",
                             {zone, timestamp_us(wall_us)});
  if (!rows) return Failure(rows.error());
  return rows->integer(0, 0);
}

}  // namespace footfall::core
