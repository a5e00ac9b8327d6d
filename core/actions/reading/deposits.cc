#include "core/actions/reading/deposits.h"

namespace footfall::core {

Result<DepositRow> read_deposit(Database& database, const Caller& caller, std::string_view public_id) {
  return load_deposit(database, caller.scope(), public_id);
}

Result<std::vector<DepositRow>> read_deposits(Database& database, const Caller& caller, DepositFilter filter,
                                              const OwnerIds& of) {
  if (caller.scope().affiliate) return std::vector<DepositRow>{};
  auto selection = select_owners(database, caller, of);
  if (!selection) return Failure(selection.error());
  return list_deposits(database, restrict_to(*selection, std::move(filter)));
}

Result<std::vector<PaymentNoticeRow>> read_payment_notices(Database& database, const DepositRow& deposit) {
  return list_payment_notices(database, deposit.id);
}

Result<std::vector<PaymentDisputeRow>> read_payment_disputes(Database& database, const DepositRow& deposit) {
  return list_payment_disputes(database, deposit.id);
}

Result<DepositBalance> read_deposit_balance(Database& database, const Caller& caller) {
  if (caller.scope().affiliate) return DepositBalance{};
  return deposit_balance(database, caller.account.id, caller.acting_mode(), caller.account.currency);
}

}  // namespace footfall::core
