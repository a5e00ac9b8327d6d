// A refresh token is random and is found by its hash, so that comparing it tells nothing. The password of an address
// that nobody has is compared with a hash that no password has, which takes as long as a real comparison.
#include "core/actions/dashboard_login.h"

#include "core/actions/checks.h"
#include "core/actions/record_change.h"
#include "core/actions/users.h"
#include "core/domain/identifiers.h"
#include "core/domain/keys.h"
#include "core/domain/passwords.h"

namespace footfall::core {
namespace {

constexpr std::size_t kRefreshTokenCharacters = 48;
constexpr std::size_t kRefreshTokenBytesMax = 256;
constexpr std::string_view kPrefix = "rt_";
constexpr std::string_view kTriesKind = "dashboard-log-in-to";

std::string new_refresh_token() { return std::string(kPrefix) + random_token(kRefreshTokenCharacters); }
std::string hash_of(std::string_view token) { return std::string(as_view(sha256(token))); }

DashboardTokens tokens_of(const AccessTokenKeys& keys, const std::string& session, DashboardUserRow user,
                          std::string refresh, wire::Mode mode, std::int64_t now_us) {
  const std::int64_t now_s = now_us / 1'000'000;
  DashboardTokens tokens;
  tokens.access_token =
      sign_access_token(keys.signing, {session, user.public_id, mode, now_s + kAccessTokenValid_s}, now_s);
  tokens.refresh_token = std::move(refresh);
  tokens.user = std::move(user);
  tokens.mode = mode;
  return tokens;
}

}  // namespace

Result<std::optional<DashboardTokens>> log_in(Database& database, const AccessTokenKeys& keys, std::string_view email,
                                              std::string_view password, wire::Mode mode, std::int64_t now_us) {
  auto allowed = may_attempt(database, kTriesKind, fold_identifier(email), kLogInsPerEmail);
  if (!allowed) return Failure(allowed.error());
  if (!*allowed) return taken("too_often", "Too many tries. Wait a quarter of an hour.");
  auto user = find_dashboard_user(database, email);
  if (!user) return Failure(user.error());
  const bool known = user->has_value() && (*user)->status == "active";
  const bool right = password_matches(known ? (*user)->password_hash : password_of_nobody(), password);
  if (!known || !right || password.size() > kPasswordBytesMax) return std::nullopt;
  auto account = load_account(database, (*user)->account);
  if (!account) return Failure(account.error());
  if (account->status != "active") return std::nullopt;
  std::string refresh = new_refresh_token();
  using Begun = std::optional<std::string>;
  auto session = database.transaction<Begun>([&]() -> Result<Begun> {
    auto begun = begin_dashboard_session(database, **user, mode, hash_of(refresh), kDashboardSessionValid_s);
    if (!begun || !*begun) return begun;
    if (auto forgotten = forget_dashboard_log_ins(database, email); !forgotten) return Failure(forgotten.error());
    auto recorded = record_change(database, dashboard_caller((*user)->public_id, *account, mode),
                                  {account->id, std::nullopt, "session.begin", **begun});
    if (!recorded) return Failure(recorded.error());
    return begun;
  });
  if (!session) return Failure(session.error());
  if (!*session) return std::nullopt;
  return tokens_of(keys, **session, std::move(**user), std::move(refresh), mode, now_us);
}

Result<std::int64_t> log_in_wait_s(Database& database, std::string_view email) {
  return attempts_wait_s(database, kTriesKind, fold_identifier(email));
}

Result<void> forget_dashboard_log_ins(Database& database, std::string_view email) {
  return forget_attempts(database, key_hash(std::string(kTriesKind) + ":" + fold_identifier(email)));
}

Result<std::optional<DashboardTokens>> refresh_session(Database& database, const AccessTokenKeys& keys,
                                                       std::string_view refresh_token,
                                                       std::optional<wire::Mode> expected, std::int64_t now_us) {
  if (refresh_token.size() > kRefreshTokenBytesMax) return std::nullopt;
  using Outcome = std::optional<DashboardTokens>;
  return database.transaction<Outcome>([&]() -> Result<Outcome> {
    auto found = find_refresh_token(database, hash_of(refresh_token));
    if (!found) return Failure(found.error());
    if (!*found || (*found)->is_over) return Outcome();
    RefreshRow& row = **found;
    if (!row.was_used && expected && *expected != row.mode) {
      return taken("other_mode", "the session is of " + std::string(mode_name(row.mode)) + " mode");
    }
    if (row.was_used) {  // somebody has a copy: neither of the two goes on
      if (auto ended = end_dashboard_session(database, row.session); !ended) return Failure(ended.error());
      auto account = load_account(database, row.user.account);
      if (!account) return Failure(account.error());
      auto recorded = record_change(database, dashboard_caller(row.user.public_id, *account, row.mode),
                                    {account->id, std::nullopt, "session.reused_token", row.session_public_id});
      if (!recorded) return Failure(recorded.error());
      return Outcome();
    }
    std::string next = new_refresh_token();
    auto replaced = replace_refresh_token(database, row.session, hash_of(refresh_token), hash_of(next));
    if (!replaced) return Failure(replaced.error());
    return Outcome(tokens_of(keys, row.session_public_id, std::move(row.user), std::move(next), row.mode, now_us));
  });
}

Result<void> log_out(Database& database, std::string_view refresh_token) {
  if (refresh_token.size() > kRefreshTokenBytesMax) return {};
  auto done = database.transaction<bool>([&]() -> Result<bool> {
    auto found = find_refresh_token(database, hash_of(refresh_token));
    if (!found) return Failure(found.error());
    if (!*found) return false;
    if (auto ended = end_dashboard_session(database, (*found)->session); !ended) return Failure(ended.error());
    return true;
  });
  if (!done) return Failure(done.error());
  return {};
}

Result<std::optional<Caller>> dashboard_caller_of(Database& database, const AccessTokenKeys& keys,
                                                  std::string_view access_token, std::int64_t now_us) {
  const auto claims = read_access_token(keys, access_token, now_us / 1'000'000);
  if (!claims) return std::nullopt;
  auto found = find_logged_in(database, claims->session);
  if (!found) return Failure(found.error());
  if (!*found || (*found)->user.public_id != claims->user) return std::nullopt;
  return dashboard_caller((*found)->user.public_id, std::move((*found)->account), claims->mode);
}

}  // namespace footfall::core
