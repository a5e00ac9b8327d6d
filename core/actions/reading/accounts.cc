#include "core/actions/reading/accounts.h"

namespace footfall::core {

Result<AccountRow> read_account(Database& database, const Caller& caller, std::string_view public_id) {
  return load_account(database, caller.scope(), public_id);
}

Result<std::vector<AccountRow>> read_accounts(Database& database, const Caller& caller, int limit,
                                              std::int64_t offset) {
  if (caller.crosses_accounts()) return list_accounts(database, limit, offset);
  auto own = load_account(database, caller.scope(), caller.account.public_id);
  if (!own) return Failure(own.error());
  return std::vector<AccountRow>{std::move(*own)};
}

Result<ApiKeyRow> read_key(Database& database, const Caller& caller, std::string_view public_id) {
  return load_api_key(database, caller.scope(), public_id);
}

Result<std::vector<ApiKeyRow>> read_keys(Database& database, const Caller& caller, const OwnerIds& of, int limit,
                                         std::int64_t offset) {
  if (caller.scope().affiliate) return std::vector<ApiKeyRow>{};
  auto selection = select_owners(database, caller, of);
  if (!selection) return Failure(selection.error());
  return list_api_keys(database, restrict_to(*selection, ApiKeyFilter{{}, {}, limit, offset}));
}

Result<std::int64_t> count_keys(Database& database, const Caller& caller) {
  if (caller.scope().affiliate) return 0;
  auto selection = select_owners(database, caller);
  if (!selection) return Failure(selection.error());
  return count_api_keys(database, restrict_to(*selection, ApiKeyFilter{}));
}

}  // namespace footfall::core
