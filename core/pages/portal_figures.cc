// Figures come by day; a day without any is an empty place in the charts, and left out of the table. Currencies are
// never added up: each has sums and a chart of its own.
#include "core/pages/portal_figures.h"

#include <map>

#include "core/domain/money.h"
#include "core/pages/pictures.h"
#include "core/pages/words.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kDay_us = 86'400'000'000;

// What happened on one day.
struct DayFigures {
  PortalDay counts;
  std::map<std::string, PortalMoney> money;  // by currency
};
using Days = std::vector<DayFigures>;

struct Key {
  std::string_view style, text;
};

Days days_of(const Portal& portal, std::int64_t first_day, int count) {
  Days days(static_cast<std::size_t>(count));
  const auto place = [&](std::int64_t day) -> DayFigures* {
    const std::int64_t at = day - first_day;
    return at < 0 || at >= count ? nullptr : &days[static_cast<std::size_t>(at)];
  };
  for (const PortalDay& one : portal.days) {
    if (auto* const day = place(one.day)) day->counts = one;
  }
  for (const PortalMoney& one : portal.money) {
    if (auto* const day = place(one.day)) day->money[one.currency] = one;
  }
  return days;
}

std::map<std::string, PortalMoney> sums_of(const Days& days) {
  std::map<std::string, PortalMoney> sums;
  for (const DayFigures& day : days) {
    for (const auto& [currency, money] : day.money) {
      PortalMoney& sum = sums[currency];
      sum.pending_minor += money.pending_minor;
      sum.approved_minor += money.approved_minor;
      sum.paid_minor += money.paid_minor;
    }
  }
  return sums;
}

// "3 EUR, 4 USD"; a dash where there is nothing.
std::string money_of_day(const DayFigures& day, std::int64_t PortalMoney::* amount) {
  std::string text;
  for (const auto& [currency, money] : day.money) {
    if (money.*amount == 0) continue;
    text.append(text.empty() ? "" : ", ").append(money_text(money.*amount, currency));
  }
  return text.empty() ? "–" : text;
}

View chart_view(std::string_view title, std::span<const ChartBar> bars, std::span<const Key> keys, std::int64_t unit,
                const std::string& summary) {
  std::vector<std::string_view> styles;
  View view;
  for (const Key& key : keys) {
    styles.push_back(key.style);
    if (key.text.empty()) continue;
    View shown;
    shown.texts = {{"style", std::string(key.style)}, {"words", std::string(key.text)}};
    view.lists["keys"].push_back(std::move(shown));
  }
  const std::int64_t top = axis_top(bars, unit);
  bool is_empty = true;
  for (const ChartBar& bar : bars) {
    for (const std::int64_t part : bar.parts) is_empty = is_empty && part == 0;
  }
  view.texts = {{"chart_title", std::string(title)},
                {"top", std::to_string(top / unit)},
                {"middle", std::to_string(top / unit / 2)},
                {"svg", chart(bars, styles, top, summary)}};
  view.flags = {{"is_empty", is_empty}};
  return view;
}

template <typename Bar>
std::vector<ChartBar> bars_of(const Days& days, std::int64_t first_day, Bar bar) {
  std::vector<ChartBar> bars;
  for (std::size_t at = 0; at < days.size(); ++at) {
    bars.push_back(bar(days[at], date_text((first_day + static_cast<std::int64_t>(at)) * kDay_us)));
  }
  return bars;
}

void add_charts(View& view, const Days& days, std::int64_t first_day) {
  const std::string within = " in " + std::to_string(days.size()) + " days";
  constexpr Key kClicks[] = {{"clicks", "of people"}, {"others", "others, such as crawlers"}};
  const auto clicks = bars_of(days, first_day, [](const DayFigures& day, const std::string& date) {
    const auto& [_, all, human, sales] = day.counts;
    return ChartBar{{human, all - human},
                    date + ": " + std::to_string(human) + " clicks of people, " + std::to_string(all) + " in all"};
  });
  view.lists["charts"].push_back(
      chart_view("Clicks", clicks, kClicks, 1,
                 view.texts["clicks"] + " clicks of people, " + view.texts["all_clicks"] + " in all" + within));
  constexpr Key kSales[] = {{"sales", ""}};
  const auto sales = bars_of(days, first_day, [](const DayFigures& day, const std::string& date) {
    return ChartBar{{day.counts.conversions}, date + ": " + std::to_string(day.counts.conversions) + " conversions"};
  });
  view.lists["charts"].push_back(
      chart_view("Conversions", sales, kSales, 1, view.texts["conversions"] + " conversions" + within));
  constexpr Key kMoney[] = {{"paid", "paid"}, {"approved", "approved"}, {"pending", "pending"}};
  for (const auto& [currency, sum] : sums_of(days)) {
    const auto money = bars_of(days, first_day, [&](const DayFigures& day, const std::string& date) {
      const auto found = day.money.find(currency);
      const PortalMoney one = found == day.money.end() ? PortalMoney{} : found->second;
      return ChartBar{{one.paid_minor, one.approved_minor, one.pending_minor},
                      date + ": " + money_text(one.pending_minor, currency) + " pending, " +
                          money_text(one.approved_minor, currency) + " approved, " +
                          money_text(one.paid_minor, currency) + " paid"};
    });
    std::int64_t unit = 1;
    for (int digit = currency_exponent(currency).value_or(2); digit > 0; --digit) unit *= 10;
    view.lists["charts"].push_back(chart_view("Commission, " + currency, money, kMoney, unit,
                                              "Commission" + within + ": " + money_text(sum.pending_minor, currency) +
                                                  " pending, " + money_text(sum.approved_minor, currency) +
                                                  " approved, " + money_text(sum.paid_minor, currency) + " paid"));
  }
}

void add_table(View& view, const Days& days, std::int64_t first_day) {
  for (std::size_t at = days.size(); at-- > 0;) {
    const DayFigures& day = days[at];
    if (day.counts.clicks == 0 && day.counts.conversions == 0 && day.money.empty()) continue;
    View row;
    row.texts = {{"day", date_text((first_day + static_cast<std::int64_t>(at)) * kDay_us)},
                 {"clicks_of_day", std::to_string(day.counts.human_clicks)},
                 {"all_of_day", std::to_string(day.counts.clicks)},
                 {"conversions_of_day", std::to_string(day.counts.conversions)},
                 {"pending", money_of_day(day, &PortalMoney::pending_minor)},
                 {"approved", money_of_day(day, &PortalMoney::approved_minor)},
                 {"paid", money_of_day(day, &PortalMoney::paid_minor)}};
    view.lists["table"].push_back(std::move(row));
  }
  view.flags["has_table"] = !view.lists["table"].empty();
}

}  // namespace

void add_figures(View& view, const Portal& portal, std::int64_t last_day, int days) {
  const std::int64_t first_day = last_day - days + 1;
  const Days by_day = days_of(portal, first_day, days);
  PortalDay sum;
  for (const DayFigures& day : by_day) {
    sum.clicks += day.counts.clicks;
    sum.human_clicks += day.counts.human_clicks;
    sum.conversions += day.counts.conversions;
  }
  view.texts["clicks"] = std::to_string(sum.human_clicks);
  view.texts["all_clicks"] = std::to_string(sum.clicks);
  view.texts["conversions"] = std::to_string(sum.conversions);
  view.texts["first_day"] = short_date_text(first_day * kDay_us);
  view.texts["middle_day"] = short_date_text((first_day + days / 2) * kDay_us);
  view.texts["last_day"] = short_date_text(last_day * kDay_us);
  for (const auto& [currency, money] : sums_of(by_day)) {
    View row;
    row.texts = {{"pending", money_text(money.pending_minor, currency)},
                 {"approved", money_text(money.approved_minor, currency)},
                 {"paid", money_text(money.paid_minor, currency)}};
    view.lists["money"].push_back(std::move(row));
  }
  view.flags["has_money"] = !view.lists["money"].empty();
  add_charts(view, by_day, first_day);
  add_table(view, by_day, first_day);
}

}  // namespace footfall::core
