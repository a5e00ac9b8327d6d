// A session is over when it was ended, has expired, or its user is disabled; every look at one asks for all three, so
// that nothing has to clean up before a log-out or a block takes effect.
#include "core/storage/dashboard_users.h"

#include "core/storage/account_columns.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::string_view kColumns =
    "u.id, u.public_id, u.account_id, a.public_id, u.email, u.name, u.password_hash, u.status, "
    "(extract(epoch from u.created_at) * 1000000)::bigint";
constexpr std::string_view kTables = " from dashboard_users u join accounts a on a.id = u.account_id ";

DashboardUserRow read(RowReader& in) {
  DashboardUserRow row;
  row.id = in.id<DashboardUserId>();
  row.public_id = in.text();
  row.account = in.id<wire::AccountId>();
  row.account_public_id = in.text();
  row.email = in.text();
  row.name = in.text();
  row.password_hash = in.text();
  row.status = in.text();
  row.created_us = in.integer();
  return row;
}

std::string select(std::string_view tail) {
  return "select " + std::string(kColumns) + std::string(kTables) + std::string(tail);
}

}  // namespace

Result<void> insert_dashboard_user(Database& database, DashboardUserRow& row) {
  auto rows = database.query(
      "insert into dashboard_users (public_id, account_id, email, name, password_hash) values ($1, $2, $3, $4, $5) "
      "returning id, (extract(epoch from created_at) * 1000000)::bigint",
      {row.public_id, row.account.value, row.email, row.name, row.password_hash});
  if (!rows) return Failure(rows.error());
  row.id.value = static_cast<std::uint64_t>(rows->integer(0, 0));
  row.created_us = rows->integer(0, 1);
  return {};
}

Result<DashboardUserRow> load_dashboard_user(Database& database, const Scope& scope, std::string_view public_id,
                                             bool for_update) {
  // People belong to the account as a whole: a scope of either mode contains them.
  static const std::string found = "where u.public_id = $1" + scope_condition("u.account_id", "$3::text");
  return read_one<DashboardUserRow>(
      database.query(select(for_update ? found + "for update of u" : found), scope_parameters(public_id, scope)), read,
      "there is no user \"" + std::string(public_id) + "\"; see user list");
}

Result<std::optional<DashboardUserRow>> find_dashboard_user(Database& database, std::string_view email) {
  return read_optional<DashboardUserRow>(database.query(select("where lower(u.email) = lower($1)"), {email}), read);
}

Result<void> store_dashboard_password(Database& database, DashboardUserId user, std::string_view password_hash) {
  return done(
      database.query("update dashboard_users set password_hash = $2 where id = $1", {user.value, password_hash}));
}

Result<void> store_dashboard_status(Database& database, DashboardUserId user, std::string_view status) {
  return done(database.query("update dashboard_users set status = $2 where id = $1", {user.value, status}));
}

Result<std::vector<DashboardUserRow>> list_dashboard_users(Database& database, wire::AccountId account, int limit,
                                                           std::int64_t offset) {
  return read_all<DashboardUserRow>(
      database.query(select("where $1::bigint is null or u.account_id = $1 order by u.id desc limit $2 offset $3"),
                     {id_or_null(account), limit, offset}),
      read);
}

Result<std::optional<std::string>> begin_dashboard_session(Database& database, const DashboardUserRow& user,
                                                           wire::Mode mode, std::string_view hash,
                                                           std::int64_t valid_s) {
  std::string public_id = wire::new_public_id("ses_");
  auto rows = database.query(
      "with owner as (select id from dashboard_users where id = $2 and status = 'active' and password_hash = $6 for "
      "share), session as (insert into dashboard_sessions (public_id, user_id, mode, expires_at) "
      "select $1, id, $5, now() + $3 * interval '1 second' from owner returning id) "
      "insert into refresh_tokens (hash, session_id) select $4, id from session",
      {public_id, user.id.value, valid_s, bytea(hash), mode_name(mode), user.password_hash});
  if (!rows) return Failure(rows.error());
  if (rows->affected() == 0) return std::nullopt;
  return public_id;
}

Result<std::optional<RefreshRow>> find_refresh_token(Database& database, std::string_view hash) {
  static const std::string sql =
      "select s.id, s.public_id, s.mode, t.used_at is not null, s.ended_at is not null or s.expires_at <= now() or "
      "s.mode is null or u.status <> 'active' or a.status <> 'active', " +
      std::string(kColumns) + std::string(kTables) +
      "join dashboard_sessions s on s.user_id = u.id join refresh_tokens t on t.session_id = s.id "
      "where t.hash = $1 for update of s, t";
  return read_optional<RefreshRow>(database.query(sql, {bytea(hash)}), [](RowReader& in) {
    RefreshRow row;
    row.session = in.id<DashboardSessionId>();
    row.session_public_id = in.text();
    row.mode = in.mode();
    row.was_used = in.flag();
    row.is_over = in.flag();
    row.user = read(in);
    return row;
  });
}

Result<void> replace_refresh_token(Database& database, DashboardSessionId session, std::string_view used,
                                   std::string_view next) {
  return done(
      database.query("with former as (update refresh_tokens set used_at = now() where hash = $2) "
                     "insert into refresh_tokens (hash, session_id) values ($3, $1)",
                     {session.value, bytea(used), bytea(next)}));
}

Result<void> end_dashboard_session(Database& database, DashboardSessionId session) {
  return done(database.query("update dashboard_sessions set ended_at = coalesce(ended_at, now()) where id = $1",
                             {session.value}));
}

Result<void> end_dashboard_sessions(Database& database, DashboardUserId user) {
  return done(database.query("update dashboard_sessions set ended_at = now() where user_id = $1 and ended_at is null",
                             {user.value}));
}

Result<std::optional<LoggedIn>> find_logged_in(Database& database, std::string_view session_public_id) {
  static const std::string sql = "select " + std::string(kColumns) + ", " + std::string(kAccountColumns) +
                                 std::string(kTables) +
                                 "join dashboard_sessions s on s.user_id = u.id where s.public_id = $1 and s.ended_at "
                                 "is null and s.expires_at > now() and u.status = 'active' and a.status = 'active'";
  return read_optional<LoggedIn>(database.query(sql, {session_public_id}), [](RowReader& in) {
    LoggedIn found;
    found.user = read(in);
    found.account = read_account(in);
    return found;
  });
}

Result<void> store_dashboard_reset(Database& database, std::string_view token_hash, DashboardUserId user,
                                   std::int64_t valid_s) {
  return done(
      database.query("insert into dashboard_password_resets (token_hash, user_id, expires_at) values ($1, $2, now() + "
                     "$3 * interval '1 second') on conflict (user_id) do update set token_hash = excluded.token_hash, "
                     "expires_at = excluded.expires_at",
                     {bytea(token_hash), user.value, valid_s}));
}

Result<void> delete_dashboard_resets(Database& database, DashboardUserId user) {
  return done(database.query("delete from dashboard_password_resets where user_id = $1", {user.value}));
}

Result<std::optional<DashboardUserRow>> find_dashboard_reset(Database& database, std::string_view token_hash,
                                                             TokenUse use) {
  static const std::string look = select(
      "join dashboard_password_resets r on r.user_id = u.id where r.token_hash = $1 and r.expires_at > now() "
      "and u.status = 'active'");
  static const std::string take =
      "with r as (delete from dashboard_password_resets where token_hash = $1 returning user_id, expires_at) " +
      select("join r on r.user_id = u.id where r.expires_at > now() and u.status = 'active'");
  return read_optional<DashboardUserRow>(database.query(use == TokenUse::take ? take : look, {bytea(token_hash)}),
                                         read);
}

Result<void> trim_dashboard_sessions(Database& database, std::int64_t over_before_us) {
  return done(
      database.query("delete from dashboard_sessions where id in (select id from dashboard_sessions where expires_at < "
                     "$1 limit 10000)",
                     {timestamp_us(over_before_us)}));
}

}  // namespace footfall::core
