// The statistics of an account are rows by day and campaign (core/storage/statistics.h), which are summed here in three
// ways: over all, by campaign, and by day, week or month.
#include <algorithm>
#include <chrono>
#include <map>

#include "core/actions/reading/campaigns.h"
#include "core/actions/reading/statistics.h"
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
  std::int64_t clicks = 0, conversions = 0, approved = 0;
  AmountsByCurrency revenue_minor;
  void add(const DayTotals& day) {
    clicks += day.clicks;
    conversions += day.conversions;
    approved += day.approved;
    for (const auto& [currency, minor] : day.revenue_minor) revenue_minor[currency] += minor;
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

// Amounts of two currencies are never added (AF-44). The one figure that AffSpace's clients know is the sum in
// `currency`; beside it stands every currency's own.
std::int64_t revenue_in(const Sums& sums, const std::string& currency) {
  const auto found = sums.revenue_minor.find(currency);
  return found == sums.revenue_minor.end() ? 0 : found->second;
}

// Where there are several, says which one the figure is in, and adds all of them.
void add_revenue_by_currency(json::object& to, const Sums& sums, const std::string& currency) {
  if (sums.revenue_minor.size() < 2) return;
  json::array all;
  for (const auto& [one, minor] : sums.revenue_minor) all.push_back({{"currency", one}, {"revenueCents", minor}});
  to["currency"] = currency;
  to["revenueByCurrency"] = std::move(all);
}

// The only currency there is, else the account's.
std::string summary_currency(const Sums& sums, const Caller& caller) {
  return sums.revenue_minor.size() == 1 ? sums.revenue_minor.begin()->first : caller.account.currency;
}

std::string date_text(std::int64_t day) { return iso8601_ms(day * kDay_us).substr(0, 10); }

// Thirty days ago, at midnight of the account's time zone.
Result<void> start_of_default_range(Database& database, const Caller& caller, std::int64_t now_us,
                                    std::optional<std::int64_t>& from_us) {
  auto today = local_day_of(database, caller, now_us);
  if (!today) return Failure(today.error());
  auto start = start_of_local_day(database, caller, *today - kDefaultDays);
  if (!start) return Failure(start.error());
  from_us = *start;
  return {};
}

}  // namespace

ApiResponse show_statistics(AdmittedRequest& admitted, WorkerContext& context) {
  const ApiRequest& request = admitted.request;
  const Caller& caller = admitted.caller();
  FieldReader read(admitted.input, FieldStyle::sentence);
  const std::int64_t now_us = request.received_us;
  std::optional<std::int64_t> from, to;
  auto ranged = read_range(read, context.database, caller, from, to);
  if (ranged && !from) ranged = start_of_default_range(context.database, caller, now_us, from);
  if (!ranged) return failure_response(kAffSpace, ranged.error(), request);
  const std::int64_t from_us = from.value_or(0);
  const std::int64_t to_us = to.value_or(now_us + 1);
  const std::string group = read.choice("group_by", kGroups).value_or("day");
  const auto code = read.text("offer_code");
  if (!read.problems().empty()) return validation_response(read.problems());
  wire::CampaignId campaign;
  bool nothing = false;
  if (code) {
    auto offer = read_campaign_by_code(context.database, caller, *code);
    if (!offer) return failure_response(kAffSpace, offer.error(), request);
    nothing = !*offer;  // a filter that nothing passes
    if (*offer) campaign = (*offer)->row.id;
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
    const std::string currency = row.currency.value_or(caller.account.currency);
    json::object offer{{"offerCode", row.code.value_or(row.public_id)},
                       {"offerName", row.name},
                       {"currency", currency},
                       {"clicks", sums.clicks},
                       {"conversions", sums.conversions},
                       {"revenueCents", revenue_in(sums, currency)}};
    add_revenue_by_currency(offer, sums, currency);
    offers.push_back(std::move(offer));
  }
  json::array series;
  for (const auto& [day, sums] : by_period) {
    series.push_back({{"date", date_text(day)}, {"clicks", sums.clicks}, {"conversions", sums.conversions}});
  }
  const std::string currency = summary_currency(summary, caller);
  json::object figures{{"totalClicks", summary.clicks},
                       {"totalConversions", summary.conversions},
                       {"approvedConversions", summary.approved},
                       {"totalRevenueCents", revenue_in(summary, currency)},
                       {"conversionRate", rate_text(summary.conversions, summary.clicks)}};
  add_revenue_by_currency(figures, summary, currency);
  return success({{"summary", std::move(figures)}, {"byOffer", std::move(offers)}, {"timeSeries", std::move(series)}});
}

}  // namespace footfall::core::affspace
