#include "core/api/affspace/statistics.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "core/actions/reading.h"
#include "core/api/affspace/gate.h"
#include "proto/base/clock.h"

namespace footfall::core::affspace {
namespace {

namespace json = boost::json;
constexpr wire::Dialect kAffSpace = wire::Dialect::affspace;
constexpr std::int64_t kDay_us = 86'400'000'000;
constexpr std::int64_t kDefaultDays = 30;  // AFS-61

struct Sums {
  std::int64_t clicks = 0, conversions = 0, approved = 0, revenue_minor = 0;
  void add(const DayTotals& day) {
    clicks += day.clicks;
    conversions += day.conversions;
    approved += day.approved;
    revenue_minor += day.revenue_minor;
  }
};

// Percent with two decimals, half up, in integers (AFS-58): 487 of 12500 is "3.90".
std::string rate_text(std::int64_t conversions, std::int64_t clicks) {
  if (clicks == 0) return "0.00";
  const auto hundredths = static_cast<std::int64_t>((static_cast<__int128_t>(conversions) * 20'000 + clicks) /
                                                    (static_cast<__int128_t>(clicks) * 2));
  std::string digits = std::to_string(hundredths % 100);
  if (digits.size() < 2) digits.insert(0, "0");
  return std::to_string(hundredths / 100) + "." + digits;
}

// The first day of the period: the day itself, its week's Monday (AF-26), its month's first.
std::int64_t period_start(std::int64_t day, std::string_view group) {
  using namespace std::chrono;
  const sys_days date{days{day}};
  if (group == "week") return (date - (weekday{date} - Monday)).time_since_epoch().count();
  if (group == "month") {
    const year_month_day ymd{date};
    return sys_days{ymd.year() / ymd.month() / 1}.time_since_epoch().count();
  }
  return day;
}

std::string date_text(std::int64_t day) { return iso8601_ms(day * kDay_us).substr(0, 10); }

}  // namespace

Answer show_statistics(const Call& call, Desk& desk) {
  auto admitted = admit(call, desk, presented_key(call, nullptr), "stats");
  if (auto* refused = std::get_if<Answer>(&admitted)) return std::move(*refused);
  const auto& caller = std::get<Caller>(admitted);

  const std::int64_t now_us = call.received_us;
  std::int64_t from_us = (now_us / kDay_us - kDefaultDays) * kDay_us;
  std::int64_t to_us = now_us + 1;
  for (const auto& [name, bound] : {std::pair("start_date", &from_us), std::pair("end_date", &to_us)}) {
    const auto text = call.query_value(name);
    if (!text || text->empty()) continue;
    const auto time = bound == &to_us ? read_end(*text) : read_time(*text);
    if (!time) return refuse_validation(std::string(name) + " must be a Unix timestamp in milliseconds or an ISO date");
    *bound = *time;
  }
  const std::string group = call.query_value("group_by").value_or("day");
  if (group != "day" && group != "week" && group != "month" && !group.empty()) {
    return refuse_validation("group_by must be one of day, week, month");
  }
  wire::CampaignId campaign;
  bool nothing = false;
  if (const auto code = call.query_value("offer_code"); code && !code->empty()) {
    auto offer = read_offer(desk.database, caller, *code);
    if (!offer) return refuse_failure(kAffSpace, offer.error(), call);
    nothing = !*offer;  // a filter that nothing passes
    if (*offer) campaign = (*offer)->campaign.id;
  }
  Statistics statistics;
  if (!nothing && from_us < to_us) {
    auto read = read_statistics(desk.database, caller, campaign, from_us, to_us, now_us);
    if (!read) return refuse_failure(kAffSpace, read.error(), call);
    statistics = std::move(*read);
  }

  Sums summary;
  std::map<std::uint64_t, Sums> by_campaign;
  std::map<std::int64_t, Sums> by_period;
  for (const DayTotals& day : statistics.days) {
    summary.add(day);
    by_campaign[day.campaign.value].add(day);
    by_period[period_start(day.day, group)].add(day);
  }
  json::array offers;
  for (const CampaignRow& row : statistics.campaigns) {
    const Sums& sums = by_campaign[row.id.value];
    offers.push_back({{"offerCode", row.code.value_or(row.public_id)},
                      {"offerName", row.name},
                      {"currency", row.currency.value_or(caller.account.currency)},
                      {"clicks", sums.clicks},
                      {"conversions", sums.conversions},
                      {"revenueCents", sums.revenue_minor}});
  }
  json::array series;
  for (const auto& [day, sums] : by_period) {
    series.push_back({{"date", date_text(day)}, {"clicks", sums.clicks}, {"conversions", sums.conversions}});
  }
  return success({{"summary",
                   {{"totalClicks", summary.clicks},
                    {"totalConversions", summary.conversions},
                    {"approvedConversions", summary.approved},
                    {"totalRevenueCents", summary.revenue_minor},
                    {"conversionRate", rate_text(summary.conversions, summary.clicks)}}},
                  {"byOffer", std::move(offers)},
                  {"timeSeries", std::move(series)}});
}

}  // namespace footfall::core::affspace
