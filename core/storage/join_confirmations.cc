#include "core/storage/join_confirmations.h"

#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::string_view kSelect =
    "select id, invite_id, name, password_hash, consent_version, consent_text, address from join_confirmations "
    "where expires_at > now() and ";

Result<std::optional<JoinConfirmationRow>> read_confirmation(Result<Rows> rows) {
  return read_optional<JoinConfirmationRow>(std::move(rows), [](RowReader& in) {
    JoinConfirmationRow row;
    row.id = in.integer();
    row.invitation = in.id<InvitationId>();
    row.name = in.text();
    row.password_hash = in.text();
    row.consent_version = in.text();
    row.consent_text = in.text();
    row.address = in.text();
    return row;
  });
}

}  // namespace

Result<void> store_join_confirmation(Database& database, JoinConfirmationRow& row, std::int64_t valid_s) {
  auto dropped = done(database.query("delete from join_confirmations where expires_at <= now()"));
  if (!dropped) return dropped;
  auto rows = database.query(
      "insert into join_confirmations as c (invite_id, name, password_hash, consent_version, consent_text, address, "
      "expires_at) values ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 second') on conflict (invite_id) do update "
      "set token_hash = null, name = excluded.name, password_hash = excluded.password_hash, consent_version = "
      "excluded.consent_version, consent_text = excluded.consent_text, address = excluded.address, expires_at = "
      "excluded.expires_at returning id",
      {row.invitation.value, row.name, row.password_hash, row.consent_version, row.consent_text, row.address, valid_s});
  if (!rows) return Failure(rows.error());
  row.id = rows->integer(0, 0);
  return {};
}

Result<void> set_join_token(Database& database, std::int64_t id, std::string_view token_hash) {
  return done(database.query("update join_confirmations set token_hash = $2 where id = $1", {id, bytea(token_hash)}));
}

Result<std::optional<JoinConfirmationRow>> find_join_confirmation(Database& database, std::int64_t id) {
  return read_confirmation(database.query(std::string(kSelect) + "id = $1", {id}));
}

Result<std::optional<JoinConfirmationRow>> find_join_by_token(Database& database, std::string_view token_hash) {
  return read_confirmation(database.query(std::string(kSelect) + "token_hash = $1", {bytea(token_hash)}));
}

Result<void> delete_join_confirmation(Database& database, InvitationId invitation) {
  return done(database.query("delete from join_confirmations where invite_id = $1", {invitation.value}));
}

}  // namespace footfall::core
