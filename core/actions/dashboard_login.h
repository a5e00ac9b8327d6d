// Logging in to the dashboard's API: a password becomes a session with two tokens, a short-lived access token that
// opens the API and a refresh token that is good for one renewal. Refusals do not tell whether an address has a user,
// and take as long either way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/actions/access_token.h"
#include "core/actions/caller.h"
#include "core/storage/dashboard_users.h"

namespace footfall::core {

inline constexpr std::int64_t kDashboardSessionValid_s = 30 * 86'400;

struct DashboardTokens {
  std::string access_token;
  std::string refresh_token;
  DashboardUserRow user;
  wire::Mode mode = wire::Mode::live;
};

// `keys`: of access_token.h. None: address and password do not belong together, or the user may not log in. Beyond
// kLogInsPerEmail (users.h) tries at an address, whether or not it has a user: a conflict with the code "too_often".
Result<std::optional<DashboardTokens>> log_in(Database& database, const AccessTokenKeys& keys, std::string_view email,
                                              std::string_view password, wire::Mode mode, std::int64_t now_us);
// Beyond them: in how many seconds there may be another one.
Result<std::int64_t> log_in_wait_s(Database& database, std::string_view email);
// What was counted against the address, once it is known whose it is.
Result<void> forget_dashboard_log_ins(Database& database, std::string_view email);
// New tokens for the old refresh token, which is used up, of the session's mode. None: the token is nobody's, or its
// session is over. A token that was used before ends its session, whoever has the newer one. With `expected`, a session
// of the other mode is a conflict with the code "other_mode", and the token is not used up.
Result<std::optional<DashboardTokens>> refresh_session(Database& database, const AccessTokenKeys& keys,
                                                       std::string_view refresh_token,
                                                       std::optional<wire::Mode> expected, std::int64_t now_us);
// Ends the session of that refresh token; an unknown one changes nothing.
Result<void> log_out(Database& database, std::string_view refresh_token);

// Whom an access token lets in. None: it is not one of ours, has expired, or its session is over.
Result<std::optional<Caller>> dashboard_caller_of(Database& database, const AccessTokenKeys& keys,
                                                  std::string_view access_token, std::int64_t now_us);

}  // namespace footfall::core
