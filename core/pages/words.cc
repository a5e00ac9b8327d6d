#include "core/pages/words.h"

#include "core/domain/money.h"
#include "proto/base/clock.h"

namespace footfall::core {
namespace {

std::string rate_text(const Campaign& campaign, TermsKind kind, const Rate& rate) {
  if (kind == TermsKind::percentage) return format_percent(rate.percent) + "%";
  return money_text(rate.amount_minor, campaign.row.currency.value_or(campaign.row.account_currency));
}

}  // namespace

std::string money_text(std::int64_t minor, std::string_view currency) {
  return format_minor(minor, currency_exponent(currency).value_or(2)) + " " + std::string(currency);
}

std::string date_text(std::int64_t wall_us) { return iso8601_ms(wall_us).substr(0, 10); }

std::string short_date_text(std::int64_t wall_us) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::string date = date_text(wall_us);
  const auto month = static_cast<std::size_t>((date[5] - '0') * 10 + (date[6] - '0') - 1);
  std::string day = date[8] == '0' ? date.substr(9, 1) : date.substr(8, 2);
  return day.append(" ").append(kMonths.substr(3 * month, 3));
}

std::string minute_text(std::int64_t wall_us) {
  const std::string iso = iso8601_ms(wall_us);
  return iso.substr(0, 10) + " " + iso.substr(11, 5) + " UTC";
}

std::string days_text(std::int64_t seconds) {
  struct Unit {
    std::int64_t seconds;
    const char* name;
  };
  constexpr Unit kUnits[] = {{86'400, "day"}, {3'600, "hour"}, {60, "minute"}, {1, "second"}};
  for (const Unit& unit : kUnits) {
    if (seconds < unit.seconds || seconds % unit.seconds != 0) continue;
    const std::int64_t count = seconds / unit.seconds;
    return std::to_string(count) + " " + unit.name + (count == 1 ? "" : "s");
  }
  return "no time";
}

std::string commission_text(const Campaign& campaign) {
  if (campaign.terms.empty()) return "nothing yet";
  const Terms& terms = campaign.terms.front();
  return rate_text(campaign, terms.kind, terms.rate) +
         (terms.kind == TermsKind::percentage ? " of each sale" : " for each sale");
}

std::vector<Earning> further_earnings(const Campaign& campaign) {
  std::vector<Earning> all;
  for (const Terms& terms : campaign.terms) {
    const std::string goal = terms.goal.empty() ? "" : "For \"" + terms.goal + "\"";
    if (!goal.empty()) all.push_back({goal, rate_text(campaign, terms.kind, terms.rate)});
    for (const Tier& tier : terms.tiers) {
      const std::string from = std::to_string(tier.from) + " conversions on";
      all.push_back(
          {goal.empty() ? "From " + from : goal + " from " + from, rate_text(campaign, terms.kind, tier.rate)});
    }
  }
  return all;
}

std::vector<View> earnings_view(const Campaign& campaign) {
  std::vector<View> all;
  for (const Earning& one : further_earnings(campaign)) {
    all.push_back({.texts = {{"what", one.what}, {"amount", one.amount}}});
  }
  return all;
}

std::string_view status_text(ConversionStatus status) {
  switch (status) {
    case ConversionStatus::pending:
      return "Pending";
    case ConversionStatus::approved:
      return "Approved";
    case ConversionStatus::paid:
      return "Paid";
    case ConversionStatus::rejected:
      return "Rejected";
    case ConversionStatus::reversed:
      return "Taken back";
  }
  return "";
}

}  // namespace footfall::core
