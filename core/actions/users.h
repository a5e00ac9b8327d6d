// People who log in to the pages. A session is a random token in the browser's cookie and its hash here. What goes
// wrong is said in a way that does not tell whether an address has an account, and takes as long either way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/storage/database.h"
#include "core/storage/users.h"

namespace footfall::core {

inline constexpr std::int64_t kSessionValid_s = 30 * 86'400;

// Limits of what strangers may try: per address and per e-mail in a quarter of an hour.
inline constexpr std::int64_t kAttemptWindow_s = 900;
inline constexpr std::int64_t kLogInsPerAddress = 30;
inline constexpr std::int64_t kLogInsPerEmail = 10;
inline constexpr std::int64_t kUnknownTokensPerAddress = 30;

// Counts a try; false: there were too many. `kind` keeps the kinds of tries apart.
Result<bool> may_attempt(Database& database, std::string_view kind, std::string_view subject, std::int64_t limit,
                         std::int64_t window_s = kAttemptWindow_s);
// After too many tries in a window of kAttemptWindow_s: in how many seconds there may be more; at least 1.
Result<std::int64_t> attempts_wait_s(Database& database, std::string_view kind, std::string_view subject);

// Of mails that a stranger can cause to any address, so that nobody is flooded by our hand: those that one client asks
// for, and those of all clients, which are more, so that one stranger cannot use up what the owner may ask for. Only of
// registrations all clients together have no more than one: who registers a stranger's address takes nothing from them.
inline constexpr std::int64_t kMailsPerHour = 3, kMailsPerDay = 10;
inline constexpr std::int64_t kMailsOfAllPerHour = 10, kMailsOfAllPerDay = 40;
// Counts one of that kind to the recipient; false: there were too many. Then nothing is sent, and nothing said.
Result<bool> may_mail(Database& database, std::string_view kind, std::string_view recipient, std::string_view client);

struct Session {
  UserRow user;
  std::string token;  // for the cookie
};
Result<Session> start_session(Database& database, const UserRow& user, std::string_view address);
// None: the token is nobody's, or the session is over.
Result<std::optional<UserRow>> user_of_session(Database& database, std::string_view token);
Result<void> end_session(Database& database, std::string_view token);

// The hash with which a password is compared when there is no such user, so that the answer takes as long. The first
// call makes it and takes as long as a comparison: whoever serves log-ins makes that call before the first one.
const std::string& password_of_nobody();
enum class LogInOutcome : std::uint8_t { done, wrong, too_often };
struct LogIn {
  LogInOutcome outcome = LogInOutcome::wrong;
  UserRow user;  // done
};
// Whether address and password belong together. Counts against both limits.
Result<LogIn> check_log_in(Database& database, std::string_view email, std::string_view password,
                           std::string_view address);
// What was counted against the address, once it is known whose it is.
Result<void> forget_log_ins(Database& database, std::string_view email);

// Of these two, not_found: the account was deleted meanwhile.
Result<void> rename_user(Database& database, const UserRow& user, std::string_view name);
// Ends all sessions, and tells the person by mail. invalid: the new password cannot be one, or the old one is wrong;
// the message is for the person. The user as it is afterwards.
Result<UserRow> change_password(Database& database, UserRow user, std::string_view old_password,
                                std::string_view new_password);
Result<void> log_out_everywhere(Database& database, const UserRow& user);
// `password` as it is kept, with a fresh salt.
std::string kept_password(std::string_view password);

}  // namespace footfall::core
