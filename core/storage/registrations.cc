#include "core/storage/registrations.h"

#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::string_view kSelect =
    "select id, email, name, company, password_hash from registrations where expires_at > now() and ";

Result<std::optional<RegistrationRow>> read_registration(Result<Rows> rows) {
  return read_optional<RegistrationRow>(std::move(rows), [](RowReader& in) {
    RegistrationRow row;
    row.id = in.integer();
    row.email = in.text();
    row.name = in.text();
    row.company = in.text();
    row.password_hash = in.text();
    return row;
  });
}

}  // namespace

Result<void> store_registration(Database& database, RegistrationRow& row, std::int64_t valid_s) {
  auto dropped = done(database.query("delete from registrations where expires_at <= now()"));
  if (!dropped) return dropped;
  auto rows = database.query(
      "insert into registrations (email, name, company, password_hash, expires_at) values ($1, $2, $3, $4, "
      "now() + $5 * interval '1 second') on conflict (lower(email)) do update set token_hash = null, name = "
      "excluded.name, company = excluded.company, password_hash = excluded.password_hash, expires_at = "
      "excluded.expires_at returning id",
      {row.email, row.name, row.company, row.password_hash, valid_s});
  if (!rows) return Failure(rows.error());
  row.id = rows->integer(0, 0);
  return {};
}

Result<void> set_registration_token(Database& database, std::int64_t id, std::string_view token_hash) {
  return done(database.query("update registrations set token_hash = $2 where id = $1", {id, bytea(token_hash)}));
}

Result<std::optional<RegistrationRow>> find_registration(Database& database, std::int64_t id) {
  return read_registration(database.query(std::string(kSelect) + "id = $1", {id}));
}

Result<std::optional<RegistrationRow>> find_registration_by_token(Database& database, std::string_view token_hash) {
  return read_registration(database.query(std::string(kSelect) + "token_hash = $1 for update", {bytea(token_hash)}));
}

Result<void> delete_registration(Database& database, std::int64_t id) {
  return done(database.query("delete from registrations where id = $1", {id}));
}

}  // namespace footfall::core
