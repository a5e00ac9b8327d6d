// The tables dashboard_users, dashboard_sessions and refresh_tokens: the people of a merchant, and where they are
// logged in. Rows in, rows out. All calls run on the caller's connection, inside its transaction if it has one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/accounts.h"
#include "core/storage/database.h"
#include "core/storage/scope.h"

namespace footfall::core {

using DashboardUserId = wire::Identifier<struct DashboardUserTag>;
using DashboardSessionId = wire::Identifier<struct DashboardSessionTag>;

struct DashboardUserRow {
  DashboardUserId id;
  std::string public_id;
  wire::AccountId account;
  std::string account_public_id;  // read only
  std::string email;
  std::string name;
  std::string password_hash;      // Argon2id, encoded
  std::string status = "active";  // active, disabled
  std::int64_t created_us = 0;
};

// Fills in id and created_us. A unique violation of dashboard_users_email: somebody has that address.
Result<void> insert_dashboard_user(Database& database, DashboardUserRow& row);
Result<DashboardUserRow> load_dashboard_user(Database& database, const Scope& scope, std::string_view public_id,
                                             bool for_update = false);
Result<std::optional<DashboardUserRow>> find_dashboard_user(Database& database, std::string_view email);
// Each sets its own column alone, so that what happens to the other at the same time stays.
Result<void> store_dashboard_password(Database& database, DashboardUserId user, std::string_view password_hash);
Result<void> store_dashboard_status(Database& database, DashboardUserId user, std::string_view status);
Result<std::vector<DashboardUserRow>> list_dashboard_users(Database& database, wire::AccountId account, int limit,
                                                           std::int64_t offset);  // newest first; none: of all

// `hash` is of its first refresh token. The session's public id; none: `user` is not active any more, or has another
// password by now. Until the transaction ends, neither changes.
Result<std::optional<std::string>> begin_dashboard_session(Database& database, const DashboardUserRow& user,
                                                           wire::Mode mode, std::string_view hash,
                                                           std::int64_t valid_s);
struct RefreshRow {
  DashboardSessionId session;
  std::string session_public_id;
  DashboardUserRow user;
  wire::Mode mode = wire::Mode::live;
  bool was_used = false;
  bool is_over = false;  // ended, expired, of an unknown mode, or the user is disabled
};
// Locks the session. None: nobody's token.
Result<std::optional<RefreshRow>> find_refresh_token(Database& database, std::string_view hash);
Result<void> replace_refresh_token(Database& database, DashboardSessionId session, std::string_view used,
                                   std::string_view next);
Result<void> end_dashboard_session(Database& database, DashboardSessionId session);
Result<void> end_dashboard_sessions(Database& database, DashboardUserId user);  // all of the user's

struct LoggedIn {
  DashboardUserRow user;
  AccountRow account;
};
// None: the session is over, the user is disabled, or the account is not active.
Result<std::optional<LoggedIn>> find_logged_in(Database& database, std::string_view session_public_id);

// The one open reset of the user; another one takes its place.
Result<void> store_dashboard_reset(Database& database, std::string_view token_hash, DashboardUserId user,
                                   std::int64_t valid_s);
Result<void> delete_dashboard_resets(Database& database, DashboardUserId user);
// Whose it is; none: nobody's, too old, or the user is disabled. To take it ends it.
enum class TokenUse : std::uint8_t { look, take };
Result<std::optional<DashboardUserRow>> find_dashboard_reset(Database& database, std::string_view token_hash,
                                                             TokenUse use);

// Sessions that are over for long, with their tokens.
Result<void> trim_dashboard_sessions(Database& database, std::int64_t over_before_us);

}  // namespace footfall::core
