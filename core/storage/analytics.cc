// A bucket is an expression over the time of a row, or a column of it. Clicks of a campaign are kept per quarter of an
// hour, those of an affiliate per UTC day. Buckets that are no times do not use the time zone, which is a parameter all
// the same.
#include "core/storage/analytics.h"

#include <map>

#include "core/domain/keys.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kQuarterUs = 900'000'000;

// `date`: an SQL expression of the row's day.
std::string bucket_of(AnalyticsGroup group, const std::string& date, std::string_view affiliate) {
  switch (group) {
    case AnalyticsGroup::day:
      return date + " - date '1970-01-01'";
    case AnalyticsGroup::week:
      return "date_trunc('week', " + date + ")::date - date '1970-01-01'";
    case AnalyticsGroup::month:
      return "date_trunc('month', " + date + ")::date - date '1970-01-01'";
    case AnalyticsGroup::campaign:
      return "campaign_id";
    case AnalyticsGroup::affiliate:
      return std::string(affiliate);
  }
  return "0";
}

constexpr std::string_view kLocalDate = "(to_timestamp(quarter * 900::bigint) at time zone $6)::date";

std::string clicks_by_quarter(AnalyticsGroup group) {
  return "select " + bucket_of(group, std::string(kLocalDate), "0") +
         ", sum(gross)::bigint, sum(net)::bigint, sum(uniques)::bigint from campaign_rollups where account_id = $1 "
         "and mode = case $2::text when 'test' then 1 else 0 end and quarter >= $3::int and quarter < $4::int "
         "and ($5::bigint is null or campaign_id = $5) and $6::text is not null group by 1";
}

std::string clicks_by_day(AnalyticsGroup group) {
  return "select " + bucket_of(group, "day", "affiliate_id") +
         ", sum(gross)::bigint, sum(net)::bigint, sum(uniques)::bigint from click_rollups where campaign_id in (select "
         "id from campaigns where account_id = $1 and mode = $2 and ($5::bigint is null or id = $5)) "
         "and day >= date '1970-01-01' + $3::int and day <= date '1970-01-01' + $4::int "
         "and ($6::bigint is null or affiliate_id = $6) group by 1";
}

std::string conversions(AnalyticsGroup group) {
  return "select " + bucket_of(group, std::string(kLocalDate), "affiliate_id") +
         ", currency, sum(total)::bigint, sum(approved)::bigint, sum(revenue_minor)::bigint, "
         "sum(commission_minor)::bigint from conversion_rollups where account_id = $1 and mode = $2 "
         "and quarter >= $3::int and quarter < $4::int and ($5::bigint is null or campaign_id = $5) "
         "and ($7::bigint is null or affiliate_id = $7) and $6::text is not null group by 1, 2";
}

using Buckets = std::map<std::int64_t, AnalyticsRow>;

Result<void> add_clicks(Database& database, const AnalyticsRange& range, Buckets& buckets) {
  const bool by_affiliate = range.affiliate || range.group == AnalyticsGroup::affiliate;
  auto rows = by_affiliate ? database.query(clicks_by_day(range.group),
                                            {range.account.value, mode_name(range.mode), range.from_day, range.to_day,
                                             id_or_null(range.campaign), id_or_null(range.affiliate)})
                           : database.query(clicks_by_quarter(range.group),
                                            {range.account.value, mode_name(range.mode), range.from_us / kQuarterUs,
                                             range.to_us / kQuarterUs, id_or_null(range.campaign), range.time_zone});
  if (!rows) return Failure(rows.error());
  for (int r = 0; r < rows->size(); ++r) {
    AnalyticsRow& row = buckets[rows->integer(r, 0)];
    row.clicks_gross += rows->integer(r, 1);
    row.clicks_net += rows->integer(r, 2);
    row.clicks_unique += rows->integer(r, 3);
  }
  return {};
}

Result<void> add_conversions(Database& database, const AnalyticsRange& range, Buckets& buckets) {
  auto rows =
      database.query(conversions(range.group),
                     {range.account.value, mode_name(range.mode), range.from_us / kQuarterUs, range.to_us / kQuarterUs,
                      id_or_null(range.campaign), range.time_zone, id_or_null(range.affiliate)});
  if (!rows) return Failure(rows.error());
  for (int r = 0; r < rows->size(); ++r) {
    AnalyticsRow& row = buckets[rows->integer(r, 0)];
    const std::string currency(rows->text(r, 1));
    row.conversions += rows->integer(r, 2);
    row.approved += rows->integer(r, 3);
    if (const auto revenue = rows->integer(r, 4); revenue != 0) row.revenue_minor[currency] += revenue;
    if (const auto commission = rows->integer(r, 5); commission != 0) row.commission_minor[currency] += commission;
  }
  return {};
}

}  // namespace

Result<std::vector<AnalyticsRow>> read_analytics_rows(Database& database, const AnalyticsRange& range) {
  Buckets buckets;
  if (auto read = add_clicks(database, range, buckets); !read) return Failure(read.error());
  if (auto read = add_conversions(database, range, buckets); !read) return Failure(read.error());
  std::vector<AnalyticsRow> all;
  for (auto& [bucket, row] : buckets) {
    if (row.clicks_gross == 0 && row.conversions == 0) continue;
    row.bucket = bucket;
    all.push_back(std::move(row));
  }
  return all;
}

}  // namespace footfall::core
