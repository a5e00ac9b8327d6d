// Deposits and what is left of them, as a caller may see them. They belong to the merchant: an affiliate's caller finds
// none.
#pragma once

#include <string_view>
#include <vector>

#include "core/actions/caller.h"
#include "core/actions/reading/selection.h"
#include "core/storage/deposits.h"
#include "core/storage/ledger.h"
#include "core/storage/payment_disputes.h"

namespace footfall::core {

Result<DepositRow> read_deposit(Database& database, const Caller& caller, std::string_view public_id);
// What the deposit's payment provider said, oldest first.
Result<std::vector<PaymentNoticeRow>> read_payment_notices(Database& database, const DepositRow& deposit);
// Of its payment, oldest first.
Result<std::vector<PaymentDisputeRow>> read_payment_disputes(Database& database, const DepositRow& deposit);
// Newest first. Account and mode of the filter are the caller's, or what `of` names.
Result<std::vector<DepositRow>> read_deposits(Database& database, const Caller& caller, DepositFilter filter,
                                              const OwnerIds& of = {});
// Of the caller's account and mode, in the account's currency.
Result<DepositBalance> read_deposit_balance(Database& database, const Caller& caller);

}  // namespace footfall::core
