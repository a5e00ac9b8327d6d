// A person who has forgotten the password asks for a link by mail, or gets one from the operator. It is good once and
// for an hour.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/actions/caller.h"
#include "core/storage/database.h"
#include "core/storage/users.h"

namespace footfall::core {

inline constexpr std::int64_t kPasswordResetValid_s = 3'600;
inline constexpr std::int64_t kResetsPerAddress = 10;  // asked for in a quarter of an hour

struct PasswordReset {
  UserRow user;
  std::string token;  // shown once; a new one voids the one before
};
// Asks for a mail with a link. Whether the address has an account is looked up when the mail is sent, so that neither
// the answer nor its time can tell. false: too many from the client's network. Beyond the limits of the address
// (may_mail()) nothing is sent, and nothing said. invalid: it is no address.
Result<bool> request_password_reset(Database& database, std::string_view email, std::string_view client);
// For that mail; none: nobody has the address.
Result<std::optional<PasswordReset>> make_requested_reset(Database& database, std::string_view email);
// not_found: no user has the address, or who asks is no operator.
Result<PasswordReset> make_password_reset(Database& database, const Caller& caller, std::string_view email);
Result<bool> is_password_reset(Database& database, std::string_view token);
// Ends the token and all sessions, and tells the person by mail. not_found: no such token, or it is too old; invalid:
// the password cannot be one, and the message is for the person.
Result<UserRow> reset_password(Database& database, std::string_view token, std::string_view password);

}  // namespace footfall::core
