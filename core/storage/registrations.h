// The table registrations: who wants to become a merchant and has yet to follow the link of a mail. All calls run on
// the caller's connection, inside its transaction if it has one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/storage/database.h"

namespace footfall::core {

struct RegistrationRow {
  std::int64_t id = 0;
  std::string email, name, company, password_hash;
};

// Takes the place of an earlier one of the same address, whose link is void then. Fills in id. Drops those that are too
// old on the way.
Result<void> store_registration(Database& database, RegistrationRow& row, std::int64_t valid_s);
Result<void> set_registration_token(Database& database, std::int64_t id, std::string_view token_hash);
// None: there is none (any more), or it is too old.
Result<std::optional<RegistrationRow>> find_registration(Database& database, std::int64_t id);
// Locked to the end of the transaction.
Result<std::optional<RegistrationRow>> find_registration_by_token(Database& database, std::string_view token_hash);
Result<void> delete_registration(Database& database, std::int64_t id);

}  // namespace footfall::core
