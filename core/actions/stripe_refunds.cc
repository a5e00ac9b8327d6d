#include "core/actions/stripe_refunds.h"

#include <optional>

#include "core/actions/change_conversion.h"
#include "core/domain/money.h"

namespace footfall::core {
namespace {

// What the refunds are a part of. A sale of which Stripe told no payment was paid as the merchant reported it.
struct Paid {
  std::int64_t minor = 0;
  std::string currency;
};
Paid paid_for(const ConversionRow& row, const StripeMoneyOfConversion& money) {
  if (money.paid_minor) return {*money.paid_minor, money.paid_currency};
  return {row.amount_minor.value_or(0), row.currency.value_or("")};
}

bool may_earn(const ConversionRow& row) {
  return row.status != ConversionStatus::rejected && !row.disputed && !row.unresolved_until_us;
}

std::optional<ConversionChange> reversal_due(const ConversionRow& row, const StripeMoneyOfConversion& money) {
  const std::int64_t paid_minor = paid_for(row, money).minor;
  if (money.refunded_minor == 0 || paid_minor <= 0) return std::nullopt;
  ConversionChange change;
  change.public_id = row.public_id;
  change.verb = ConversionVerb::reverse;
  if (money.refunded_minor >= paid_minor) return change;
  change.part_minor = proportion_of(row.commission_minor, money.refunded_minor, paid_minor) - row.reversed_minor;
  if (*change.part_minor <= 0) return std::nullopt;
  return change;
}

}  // namespace

Result<ConversionRow> reverse_refunded(Database& database, const Caller& caller, ConversionRow row) {
  if (!may_earn(row)) return row;
  auto money = stripe_money_of(database, row.id);
  if (!money) return Failure(money.error());
  const auto change = reversal_due(row, *money);
  if (!change) return row;
  Caller refunder = caller;
  refunder.reason = "refunded by Stripe" + (caller.reason.empty() ? "" : ", " + caller.reason);
  return take_step(database, refunder, row, *change);
}

// The conversion stays locked until what was given back of it in all is noted, so that two refunds add up.
Result<std::string> take_stripe_refund(Database& database, const Caller& caller, const StripeEventRow& event) {
  const StripeSale& sale = event.sale;
  return database.transaction<std::string>([&]() -> Result<std::string> {
    const auto decide = [&](std::string_view outcome) -> Result<std::string> {
      StripeEventRow decided = event;
      decided.outcome = outcome;
      if (auto kept = store_stripe_event(database, decided); !kept) return Failure(kept.error());
      return decided.outcome;
    };
    auto payment = find_stripe_object(database, event.owner, sale.names);
    if (!payment) return Failure(payment.error());
    if (!*payment) return std::string(kStripeWaiting);
    if (!(*payment)->conversion) return decide("of_nobody");
    auto loaded = load_conversion(database, (*payment)->conversion, true);
    if (!loaded) return Failure(loaded.error());
    const ConversionRow& row = **loaded;
    if (row.unresolved_until_us) return std::string(kStripeWaiting);
    auto money = stripe_money_of(database, row.id);
    if (!money) return Failure(money.error());
    if (paid_for(row, *money).currency != sale.currency) return decide("wrong_currency");
    auto noted = note_stripe_refund(database, event.owner, sale.object, row.id, sale.amount_minor);
    if (!noted) return Failure(noted.error());
    Caller refunder = caller;
    refunder.reason = sale.event;
    auto after = reverse_refunded(database, refunder, row);
    if (!after) return Failure(after.error());
    if (after->status != row.status || after->reversed_minor != row.reversed_minor) return decide("reversed");
    return decide(may_earn(row) ? "changes_nothing" : "noted");
  });
}

}  // namespace footfall::core
