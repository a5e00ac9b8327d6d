#include <chrono>

#include "core/actions/reading/conversions.h"
#include "core/actions/reading/deposits.h"
#include "core/actions/reading/statistics.h"
#include "core/api/affily/handlers.h"
#include "core/api/affily/responses.h"
#include "core/domain/money.h"

namespace footfall::core::affily {
namespace {

// The first day of the month in which that day lies; days since 1970.
std::int64_t first_of_month(std::int64_t day) {
  using namespace std::chrono;
  const year_month_day date{sys_days{days{day}}};
  return sys_days{date.year() / date.month() / 1}.time_since_epoch().count();
}

// The first moment of the month, by the account's clock.
Result<std::int64_t> start_of_month(Database& database, const Caller& caller, std::int64_t now_us) {
  auto today = local_day_of(database, caller, now_us);
  if (!today) return Failure(today.error());
  return start_of_local_day(database, caller, first_of_month(*today));
}

struct Figures {
  std::int64_t clicks = 0, conversions = 0;
  std::int64_t paid_minor = 0, available_minor = 0;
};

Result<Figures> read_figures(Database& database, const Caller& caller, std::int64_t now_us) {
  Figures figures;
  auto from_us = start_of_month(database, caller, now_us);
  if (!from_us) return Failure(from_us.error());
  auto statistics = read_statistics(database, caller, {}, *from_us, now_us + 1, now_us);
  if (!statistics) return Failure(statistics.error());
  for (const DayTotals& day : statistics->days) {
    figures.clicks += day.clicks;
    figures.conversions += day.conversions;
  }
  constexpr std::int64_t kDay_us = 86'400'000'000;  // PostgreSQL's clock may be ahead of ours
  auto paid = read_paid_commission(database, caller, *from_us, now_us + kDay_us);
  if (!paid) return Failure(paid.error());
  figures.paid_minor = *paid;
  auto deposit = read_deposit_balance(database, caller);
  if (!deposit) return Failure(deposit.error());
  figures.available_minor = deposit->available_minor;
  return figures;
}

}  // namespace

// The balance is what is free to spend: what is reserved for pending conversions has left it. All amounts are in the
// account's currency.
ApiResponse show_account(AdmittedRequest& admitted, WorkerContext& context) {
  const AccountRow& account = admitted.caller().account;
  auto figures = read_figures(context.database, admitted.caller(), admitted.request.received_us);
  if (!figures) return failure_response(kAffily, figures.error(), admitted.request);
  const int exponent = currency_exponent(account.currency).value_or(2);
  ExactObject advertiser, month, body;
  advertiser.add("id", account.public_id).add("company_name", account.name);
  month.add("clicks", figures->clicks)
      .add("conversions", figures->conversions)
      .add_decimal("commission_paid", format_minor(figures->paid_minor, exponent));
  body.add_object("advertiser", advertiser)
      .add_decimal("deposit_balance", format_minor(figures->available_minor, exponent))
      .add("currency", account.currency)
      .add_object("stats_mtd", month);
  return json_response(body);
}

}  // namespace footfall::core::affily
