// A bucket is an expression over the time of a row, or a column of it. Clicks of a campaign are kept per quarter of an
// hour, those of an affiliate per UTC day. PostgreSQL sums, orders and cuts out the page, so that what comes back does
// not grow with the number of buckets: rows of the page and of the sums, of each one with the clicks (without a
// currency) and one for each currency.
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

constexpr std::string_view kLocalDate = "(to_timestamp(quarter * 900::bigint) at time zone $9)::date";

std::string select_buckets(const std::string& bucket) { return "select (" + bucket + ")::bigint as bucket, "; }
constexpr std::string_view kSumsOfClicks =
    "sum(gross)::bigint as gross, sum(net)::bigint as net, sum(uniques)::bigint as uniques from ";

std::string clicks_by_quarter(AnalyticsGroup group) {
  return select_buckets(bucket_of(group, std::string(kLocalDate), "0")) + std::string(kSumsOfClicks) +
         "campaign_rollups where account_id = $1 and mode = case $2::text when 'test' then 1 else 0 end "
         "and quarter >= $5::int and quarter < $6::int and ($3::bigint is null or campaign_id = $3) group by 1";
}

std::string clicks_by_day(AnalyticsGroup group) {
  return select_buckets(bucket_of(group, "day", "affiliate_id")) + std::string(kSumsOfClicks) +
         "click_rollups where campaign_id in (select id from campaigns where account_id = $1 and mode = $2 "
         "and ($3::bigint is null or id = $3)) and day >= date '1970-01-01' + $7::int "
         "and day <= date '1970-01-01' + $8::int and ($4::bigint is null or affiliate_id = $4) group by 1";
}

std::string conversions(AnalyticsGroup group) {
  return select_buckets(bucket_of(group, std::string(kLocalDate), "affiliate_id")) +
         "currency, sum(total)::bigint as total, sum(approved)::bigint as approved, sum(revenue_minor)::bigint as "
         "revenue, sum(commission_minor)::bigint as commission from conversion_rollups where account_id = $1 "
         "and mode = $2 and quarter >= $5::int and quarter < $6::int and ($3::bigint is null or campaign_id = $3) "
         "and ($4::bigint is null or affiliate_id = $4) group by 1, 2";
}

// Which of the last parameters are used depends on the buckets; PostgreSQL wants to know the type of each all the same.
constexpr std::string_view kPage = R"sql(
buckets as materialized (
  select bucket from clicks full join (select bucket, sum(total) as total from sales group by 1) counted using (bucket)
   where coalesce(gross, 0) <> 0 or coalesce(total, 0) <> 0),
page as materialized (
  select bucket from buckets where $7::int is not null and $8::int is not null and $9::text is not null
   order by bucket limit $10::bigint offset $11::bigint)
select null::bigint, null::text, (select count(*) from buckets), coalesce(sum(gross), 0)::bigint,
       coalesce(sum(net), 0)::bigint, coalesce(sum(uniques), 0)::bigint
  from buckets join clicks using (bucket)
union all
select null, currency, sum(total)::bigint, sum(approved)::bigint, sum(revenue)::bigint, sum(commission)::bigint
  from buckets join sales using (bucket) group by currency
union all
select bucket, null, 0, coalesce(gross, 0), coalesce(net, 0), coalesce(uniques, 0)
  from page left join clicks using (bucket)
union all
select bucket, currency, total, approved, revenue, commission from page join sales using (bucket))sql";

std::string statement_of(AnalyticsGroup group, bool clicks_by_affiliate) {
  return "with clicks as materialized (" + (clicks_by_affiliate ? clicks_by_day(group) : clicks_by_quarter(group)) +
         "), sales as materialized (" + conversions(group) + "), " + std::string(kPage);
}

}  // namespace

Result<AnalyticsPage> read_analytics_page(Database& database, const AnalyticsRange& range) {
  const bool by_affiliate = range.affiliate || range.group == AnalyticsGroup::affiliate;
  auto rows = database.query(statement_of(range.group, by_affiliate),
                             {range.account.value, mode_name(range.mode), id_or_null(range.campaign),
                              id_or_null(range.affiliate), range.from_us / kQuarterUs, range.to_us / kQuarterUs,
                              range.from_day, range.to_day, range.time_zone, range.limit, range.offset});
  if (!rows) return Failure(rows.error());
  AnalyticsPage page;
  std::map<std::int64_t, AnalyticsRow> buckets;
  for (int r = 0; r < rows->size(); ++r) {
    RowReader in(*rows, r);
    const auto bucket = in.optional_integer();
    const auto currency = in.optional_text();
    AnalyticsRow& row = bucket ? buckets[*bucket] : page.sums;
    const std::int64_t count = in.integer();
    if (!currency) {
      if (!bucket) page.total = count;
      row.clicks_gross = in.integer();
      row.clicks_net = in.integer();
      row.clicks_unique = in.integer();
      continue;
    }
    row.conversions += count;
    row.approved += in.integer();
    if (const auto revenue = in.integer(); revenue != 0) row.revenue_minor[*currency] = revenue;
    if (const auto commission = in.integer(); commission != 0) row.commission_minor[*currency] = commission;
  }
  for (auto& [bucket, row] : buckets) {
    row.bucket = bucket;
    page.rows.push_back(std::move(row));
  }
  return page;
}

}  // namespace footfall::core
