#include "core/pages/words.h"

#include "core/domain/money.h"
#include "proto/base/clock.h"

namespace footfall::core {

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
  if (terms.kind == TermsKind::percentage) return format_percent(terms.rate.percent) + "% of each sale";
  const std::string amount = format_minor(terms.rate.amount_minor, campaign_exponent(campaign.row));
  return amount + " " + campaign.row.currency.value_or(campaign.row.account_currency) + " for each sale";
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
