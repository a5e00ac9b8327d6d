// What is payable, and payouts with their conversions, as a caller may see them. A list takes two statements, however
// long it is. They belong to the merchant: an affiliate's caller finds its own.
#pragma once

#include <string_view>
#include <vector>

#include "core/actions/caller.h"
#include "core/actions/reading/selection.h"
#include "core/storage/payouts.h"

namespace footfall::core {

// Account, mode and affiliate of the filters are the caller's, or what `of` names.
Result<PayablePage> read_payables(Database& database, const Caller& caller, PayableFilter filter,
                                  const OwnerIds& of = {});

struct PayoutPage {
  std::vector<PayoutRow> rows;  // newest first
  std::int64_t total = 0;
};
Result<PayoutPage> read_payouts(Database& database, const Caller& caller, PayoutFilter filter, const OwnerIds& of = {});

struct PayoutDetails {
  PayoutRow payout;
  std::vector<ConversionRow> conversions;  // newest first
};
Result<PayoutDetails> read_payout(Database& database, const Caller& caller, std::string_view public_id);

}  // namespace footfall::core
