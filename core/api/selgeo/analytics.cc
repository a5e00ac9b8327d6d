// GET /api/v1/analytics: figures of a range of days, in buckets. A page shows the buckets, `totals` the whole range.
#include <boost/json.hpp>

#include "core/actions/reading/analytics.h"
#include "core/actions/reading/statistics.h"
#include "core/api/json_output.h"
#include "core/api/selgeo/handlers.h"
#include "core/api/selgeo/responses.h"
#include "proto/base/clock.h"

namespace footfall::core::selgeo {
namespace {

namespace json = boost::json;
constexpr std::int64_t kDay_us = 86'400'000'000;
constexpr std::int64_t kDaysDefault = 30;
constexpr std::string_view kGroups[] = {"day", "week", "month", "program", "partner"};  // in the order of the enum
constexpr AnalyticsGroup kGroupOf[] = {AnalyticsGroup::day, AnalyticsGroup::week, AnalyticsGroup::month,
                                       AnalyticsGroup::campaign, AnalyticsGroup::affiliate};

std::string date_text(std::int64_t day) { return iso8601_ms(day * kDay_us).substr(0, 10); }

json::array amounts_view(const AmountsByCurrency& amounts) {
  json::array all;
  for (const auto& [currency, minor] : amounts) all.push_back({{"currency", currency}, {"amount_cents", minor}});
  return all;
}

json::object figures_view(const AnalyticsRow& row) {
  return {{"clicks_gross", row.clicks_gross},
          {"clicks", row.clicks_net},
          {"unique_clicks", row.clicks_unique},
          {"conversions", row.conversions},
          {"approved_conversions", row.approved},
          {"revenue", amounts_view(row.revenue_minor)},
          {"commission", amounts_view(row.commission_minor)}};
}

json::object bucket_view(const Analytics& analytics, const AnalyticsRow& row, AnalyticsGroup group) {
  json::object view;
  if (group != AnalyticsGroup::campaign && group != AnalyticsGroup::affiliate) {
    view["date"] = date_text(row.bucket);
  } else {
    const auto owner = analytics.owners.find(row.bucket);
    const bool is_known = owner != analytics.owners.end();  // a click on the merchant's own link credits nobody
    view[group == AnalyticsGroup::campaign ? "program_id" : "partner_id"] =
        is_known ? json::value(owner->second.public_id) : json::value(nullptr);
    view["name"] = is_known ? json::value(owner->second.name) : json::value(nullptr);
  }
  for (const auto& member : figures_view(row)) view[member.key()] = member.value();
  return view;
}

// A day as it stands; of a moment the day in UTC.
void read_day(FieldReader& read, const char* name, std::int64_t& day) {
  if (const auto time = read.time(name)) day = *time / kDay_us;
}

}  // namespace

ApiResponse show_analytics(AdmittedRequest& admitted, WorkerContext& context) {
  const Caller& caller = admitted.caller();
  FieldReader read(admitted.input, FieldStyle::terse);
  const NumberedPage page = read_page(read);
  auto today = local_day_of(context.database, caller, context.clock.wall_us());
  if (!today) return failure_response(kSelgeo, today.error(), admitted.request);
  AnalyticsQuestion question;
  question.limit = page.limit;
  question.offset = page.offset();
  question.to_day = *today;
  read_day(read, "to", question.to_day);
  question.from_day = question.to_day - (kDaysDefault - 1);
  read_day(read, "from", question.from_day);
  const std::string group = read.choice("group_by", kGroups).value_or("day");
  question.group = kGroupOf[std::find(std::begin(kGroups), std::end(kGroups), group) - std::begin(kGroups)];
  const OwnerIds of{"", read.text("program_id").value_or(""), read.text("partner_id").value_or("")};
  if (!read.problems().empty()) return validation_response(read.problems());
  auto analytics = read_analytics(context.database, caller, question, of);
  if (!analytics && analytics.error().kind == ErrorKind::invalid) {
    return validation_response({{"from", analytics.error().message}});
  }
  if (!analytics) return refusal_response(analytics.error(), "Program or partner", admitted.request);
  json::array data;
  for (const AnalyticsRow& row : analytics->page.rows) data.push_back(bucket_view(*analytics, row, question.group));
  json::object body = numbered_list(std::move(data), page, analytics->page.total);
  body["from"] = date_text(question.from_day);
  body["to"] = date_text(question.to_day);
  body["time_zone"] = caller.account.time_zone;
  body["group_by"] = group;
  body["totals"] = figures_view(analytics->page.sums);
  return json_response(body);
}

}  // namespace footfall::core::selgeo
