#include "core/actions/reading/payouts.h"

#include "core/actions/payouts.h"

namespace footfall::core {

Result<PayablePage> read_payables(Database& database, const Caller& caller, PayableFilter filter, const OwnerIds& of) {
  auto selection = select_owners(database, caller, of);
  if (!selection) return Failure(selection.error());
  return list_payables(database, restrict_to(*selection, std::move(filter)));
}

Result<PayoutPage> read_payouts(Database& database, const Caller& caller, PayoutFilter filter, const OwnerIds& of) {
  auto selection = select_owners(database, caller, of);
  if (!selection) return Failure(selection.error());
  filter = restrict_to(*selection, std::move(filter));
  auto rows = list_payouts(database, filter);
  if (!rows) return Failure(rows.error());
  auto total = count_payouts(database, filter);
  if (!total) return Failure(total.error());
  return PayoutPage{std::move(*rows), *total};
}

Result<PayoutDetails> read_payout(Database& database, const Caller& caller, std::string_view public_id) {
  auto row = load_payout(database, caller.scope(), public_id);
  if (!row) return Failure(row.error());
  ConversionFilter filter;
  filter.account = row->account;
  filter.payout_id = static_cast<std::int64_t>(row->id.value);
  filter.limit = kPayoutConversionsMax;
  auto conversions = list_conversions(database, filter);
  if (!conversions) return Failure(conversions.error());
  return PayoutDetails{std::move(*row), std::move(*conversions)};
}

}  // namespace footfall::core
