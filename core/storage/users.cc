// A user is read by one function, whichever statement found it. Sessions and attempts that are over are dropped by the
// next one that is written, so that these tables need no upkeep.
#include "core/storage/users.h"

#include "core/domain/identifiers.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::string_view kColumns =
    "u.id, u.public_id, u.email, u.name, u.password_hash, u.status, (extract(epoch from u.created_at) * "
    "1000000)::bigint";

Result<std::optional<UserRow>> read_user(Result<Rows> rows) {
  return read_optional<UserRow>(std::move(rows), [](RowReader& reader) {
    UserRow row;
    row.id = reader.id<UserId>();
    row.public_id = reader.text();
    row.email = reader.text();
    row.name = reader.text();
    row.password_hash = reader.text();
    row.status = reader.text();
    row.created_us = reader.integer();
    return row;
  });
}

Result<bool> is_changed(Result<Rows> rows) {
  if (!rows) return Failure(rows.error());
  return rows->affected() > 0;
}

}  // namespace

Result<void> insert_user(Database& database, UserRow& row) {
  auto rows = database.query(
      "insert into users (public_id, email, name, password_hash) values ($1, $2, $3, $4) "
      "returning id, (extract(epoch from created_at) * 1000000)::bigint",
      {row.public_id, row.email, row.name, row.password_hash});
  if (!rows) return Failure(rows.error());
  row.id.value = static_cast<std::uint64_t>(rows->integer(0, 0));
  row.created_us = rows->integer(0, 1);
  return {};
}

Result<std::optional<UserRow>> find_user_by_email(Database& database, std::string_view email) {
  return read_user(database.query("select " + std::string(kColumns) + " from users u where lower(u.email) = lower($1)",
                                  {tidy_identifier(email)}));
}

Result<bool> store_user_name(Database& database, UserId user, std::string_view name) {
  return is_changed(
      database.query("update users set name = $2 where id = $1 and status = 'active'", {user.value, name}));
}

Result<bool> store_password_hash(Database& database, UserId user, std::string_view password_hash) {
  return is_changed(database.query("update users set password_hash = $2 where id = $1 and status = 'active'",
                                   {user.value, password_hash}));
}

Result<bool> replace_password_hash(Database& database, UserId user, std::string_view before, std::string_view after) {
  return is_changed(
      database.query("update users set password_hash = $3 where id = $1 and status = 'active' and password_hash = $2",
                     {user.value, before, after}));
}

Result<bool> store_erased_user(Database& database, UserId user) {
  return is_changed(
      database.query("update users set email = public_id || '@erased.invalid', name = '', password_hash = '', status = "
                     "'erased' where id = $1 and status = 'active'",
                     {user.value}));
}

Result<bool> lock_user(Database& database, UserId user, bool for_update) {
  auto rows = database.query(
      std::string("select 1 from users where id = $1 and status = 'active' for ") + (for_update ? "update" : "share"),
      {user.value});
  if (!rows) return Failure(rows.error());
  return !rows->empty();
}

Result<bool> set_affiliate_user(Database& database, wire::AffiliateId affiliate, UserId user) {
  auto rows = database.query("update affiliates set user_id = $2 where id = $1 and coalesce(user_id, $2) = $2",
                             {affiliate.value, user.value});
  if (!rows) return Failure(rows.error());
  return rows->affected() == 1;
}

Result<void> insert_session(Database& database, std::string_view token_hash, const UserRow& user,
                            std::string_view address, std::int64_t valid_s) {
  if (auto dropped = done(database.query("delete from sessions where expires_at <= now()")); !dropped) {
    return dropped;
  }
  return done(database.query(
      "insert into sessions (token_hash, user_id, address, expires_at) select $1, id, $3, now() + $4 * interval '1 "
      "second' from users where id = $2 and status = 'active' and password_hash = $5 for share",
      {bytea(token_hash), user.id.value, address, valid_s, user.password_hash}));
}

Result<std::optional<UserRow>> find_session(Database& database, std::string_view token_hash) {
  return read_user(database.query("select " + std::string(kColumns) +
                                      " from sessions s join users u on u.id = s.user_id where s.token_hash = $1 and "
                                      "s.expires_at > now() and u.status = 'active'",
                                  {bytea(token_hash)}));
}

Result<void> delete_session(Database& database, std::string_view token_hash) {
  return done(database.query("delete from sessions where token_hash = $1", {bytea(token_hash)}));
}

Result<void> delete_sessions(Database& database, UserId user) {
  return done(database.query("delete from sessions where user_id = $1", {user.value}));
}

Result<void> store_password_reset(Database& database, std::string_view token_hash, UserId user, std::int64_t valid_s) {
  return done(database.query(
      "insert into password_resets (token_hash, user_id, expires_at) values ($1, $2, now() + $3 * interval '1 second') "
      "on conflict (user_id) do update set token_hash = excluded.token_hash, expires_at = excluded.expires_at",
      {bytea(token_hash), user.value, valid_s}));
}

Result<void> delete_password_resets(Database& database, UserId user) {
  return done(database.query("delete from password_resets where user_id = $1", {user.value}));
}

Result<std::optional<UserRow>> find_password_reset(Database& database, std::string_view token_hash) {
  return read_user(database.query("select " + std::string(kColumns) +
                                      " from password_resets r join users u on u.id = r.user_id where r.token_hash = "
                                      "$1 and r.expires_at > now() and u.status = 'active'",
                                  {bytea(token_hash)}));
}

Result<std::optional<UserRow>> take_password_reset(Database& database, std::string_view token_hash) {
  return read_user(database.query(
      "with taken as (delete from password_resets where token_hash = $1 and expires_at > "
      "now() returning user_id) select " +
          std::string(kColumns) + " from taken t join users u on u.id = t.user_id where u.status = 'active'",
      {bytea(token_hash)}));
}

Result<void> insert_consent(Database& database, const ConsentRow& row) {
  return done(
      database.query("insert into consents (user_id, campaign_id, version, text, address) values ($1, $2, $3, $4, $5)",
                     {row.user.value, row.campaign.value, row.version, row.text, row.address}));
}

Result<std::int64_t> count_attempt(Database& database, std::string_view subject, std::int64_t window_s) {
  if (auto dropped = done(database.query("delete from attempts where started_at < now() - interval '1 day'"));
      !dropped) {
    return Failure(dropped.error());
  }
  auto rows = database.query(
      "insert into attempts as a (subject, started_at, count) values ($1, now(), 1) on conflict (subject) do update "
      "set count = case when a.started_at <= now() - $2 * interval '1 second' then 1 else a.count + 1 end, "
      "started_at = case when a.started_at <= now() - $2 * interval '1 second' then now() else a.started_at end "
      "returning count",
      {bytea(subject), window_s});
  if (!rows) return Failure(rows.error());
  return rows->integer(0, 0);
}

Result<std::int64_t> attempt_window_left_s(Database& database, std::string_view subject, std::int64_t window_s) {
  return read_count(
      database.query("select coalesce((select greatest(0, ceil(extract(epoch from started_at - now()) + $2::bigint))::"
                     "bigint from attempts where subject = $1), 0)",
                     {bytea(subject), window_s}));
}

Result<void> forget_attempts(Database& database, std::string_view subject) {
  return done(database.query("delete from attempts where subject = $1", {bytea(subject)}));
}

}  // namespace footfall::core
