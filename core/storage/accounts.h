// The accounts table. An account speaks one dialect and owns everything else. All calls run on the caller's connection,
// inside its transaction if it has one; `for_update` locks the row to the end of that transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/database.h"
#include "core/storage/scope.h"
#include "proto/wire/dialect.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct AccountRow {
  wire::AccountId id;
  std::string public_id;
  wire::Dialect dialect = wire::Dialect::none;
  std::string name;
  std::optional<std::string> contact_email;
  std::string plan = "pro";       // free, pro
  std::string status = "active";  // active, suspended, closed
  std::string link_host;          // where its codes live, lower case
  std::string currency = "EUR";
  std::string time_zone = "UTC";
  std::string policy = "{}";  // JSON: overrides by name (core/domain/policy.h)
  std::int64_t created_us = 0;
};

// Fills in id and created_us.
Result<void> insert_account(Database& database, AccountRow& row);
Result<AccountRow> load_account(Database& database, wire::AccountId id);
Result<AccountRow> load_account(Database& database, const Scope& scope, std::string_view public_id,
                                bool for_update = false);
// Everything but id, public_id, dialect and created_us.
Result<void> store_account(Database& database, const AccountRow& row);
Result<std::vector<AccountRow>> list_accounts(Database& database, int limit, std::int64_t offset);  // newest first

}  // namespace footfall::core
