// A person who has forgotten the password gets a link from the operator, good once and for a day, and sets a new one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/actions/caller.h"
#include "core/storage/database.h"
#include "core/storage/users.h"

namespace footfall::core {

inline constexpr std::int64_t kPasswordResetValid_s = 86'400;

struct PasswordReset {
  UserRow user;
  std::string token;  // shown once; a new one voids the one before
};
// not_found: no user has the address, or who asks is no operator.
Result<PasswordReset> make_password_reset(Database& database, const Caller& caller, std::string_view email);
Result<bool> is_password_reset(Database& database, std::string_view token);
// Ends the token and all sessions. not_found: no such token, or it is too old; invalid: the password cannot be one, and
// the message is for the person.
Result<UserRow> reset_password(Database& database, std::string_view token, std::string_view password);

}  // namespace footfall::core
