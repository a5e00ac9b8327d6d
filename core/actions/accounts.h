// Accounts: made for one dialect, which never changes. Suspending or closing one stops its keys and campaigns on every
// edge within a second; reactivated, they come back.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/actions/caller.h"
#include "core/storage/accounts.h"

namespace footfall::core {

struct AccountFields {  // what is absent keeps its value, or takes its default
  std::optional<std::string> name;
  std::optional<std::string> contact_email;  // empty: none
  std::optional<std::string> plan;           // free, pro
  std::optional<std::string> status;         // active, suspended, closed
  std::optional<std::string> link_host;      // new links only: existing ones keep their host
  std::optional<std::string> currency;
  std::optional<std::string> time_zone;
  std::map<std::string, std::string> policy;  // overrides by name; an empty value: back to the dialect's
};

// `fields` must have name and link_host.
Result<AccountRow> create_account(Database& database, const Caller& caller, wire::Dialect dialect,
                                  const AccountFields& fields);
// The same inside of the caller's transaction.
Result<AccountRow> create_account_inside(Database& database, const Caller& caller, wire::Dialect dialect,
                                         const AccountFields& fields);
Result<AccountRow> update_account(Database& database, const Caller& caller, std::string_view public_id,
                                  const AccountFields& fields);

}  // namespace footfall::core
