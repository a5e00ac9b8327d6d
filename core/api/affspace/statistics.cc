// The statistics of an account are rows by day and campaign (core/storage/statistics.h), which are summed here in three
// ways: over all, by campaign, and by day, week or month.
#include <algorithm>
#include <chrono>
#include <map>

#include "core/actions/reading.h"
#include "core/api/affspace/fields.h"
#include "core/api/affspace/handlers.h"
#include "core/api/affspace/responses.h"
#include "proto/base/clock.h"

namespace footfall::core::affspace {
namespace {

namespace json = boost::json;
constexpr std::int64_t kDay_us = 86'400'000'000;
constexpr std::int64_t kDefaultDays = 30;  // AFS-61
constexpr std::string_view kGroups[] = {"day", "week", "month"};

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

ApiResponse show_statistics(AdmittedRequest& admitted, WorkerContext& context) {
  const ApiRequest& request = admitted.request;
  const Caller& caller = admitted.caller();
  FieldReader read(admitted.input, FieldStyle::sentence);
  const std::int64_t now_us = request.received_us;
  std::optional<std::int64_t> from, to;
  read_range(read, from, to);
  const std::int64_t from_us = from.value_or((now_us / kDay_us - kDefaultDays) * kDay_us);
  const std::int64_t to_us = to.value_or(now_us + 1);
  const std::string group = read.choice("group_by", kGroups).value_or("day");
  const auto code = read.text("offer_code");
  if (!read.problems().empty()) return validation_response(read.problems());
  wire::CampaignId campaign;
  bool nothing = false;
  if (code) {
    auto offer = read_offer(context.database, caller, *code);
    if (!offer) return failure_response(kAffSpace, offer.error(), request);
    nothing = !*offer;  // a filter that nothing passes
    if (*offer) campaign = (*offer)->campaign.id;
  }
  Statistics statistics;
  if (!nothing && from_us < to_us) {
    auto found = read_statistics(context.database, caller, campaign, from_us, to_us, now_us);
    if (!found) return failure_response(kAffSpace, found.error(), request);
    statistics = std::move(*found);
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
