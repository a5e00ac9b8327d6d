// Accounts and their API keys, as a caller may see them.
#pragma once

#include <string_view>
#include <vector>

#include "core/actions/caller.h"
#include "core/actions/reading/selection.h"
#include "core/storage/accounts.h"
#include "core/storage/api_keys.h"

namespace footfall::core {

Result<AccountRow> read_account(Database& database, const Caller& caller, std::string_view public_id);
// Newest first; all of them for an operator, else the caller's own.
Result<std::vector<AccountRow>> read_accounts(Database& database, const Caller& caller, int limit, std::int64_t offset);

Result<ApiKeyRow> read_key(Database& database, const Caller& caller, std::string_view public_id);
// Newest first, revoked ones included.
Result<std::vector<ApiKeyRow>> read_keys(Database& database, const Caller& caller, const OwnerIds& of, int limit,
                                         std::int64_t offset);
Result<std::int64_t> count_keys(Database& database, const Caller& caller);

}  // namespace footfall::core
