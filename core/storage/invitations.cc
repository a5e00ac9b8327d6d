#include "core/storage/invitations.h"

#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::string_view kSelect =
    "select id, campaign_id, email, (extract(epoch from expires_at) * 1000000)::bigint, expires_at <= now(), "
    "(extract(epoch from voided_at) * 1000000)::bigint, (extract(epoch from accepted_at) * 1000000)::bigint "
    "from invites where ";

Result<std::optional<InvitationRow>> read_invitation(Result<Rows> rows) {
  return read_optional<InvitationRow>(std::move(rows), [](RowReader& reader) {
    InvitationRow row;
    row.id = reader.id<InvitationId>();
    row.campaign = reader.id<wire::CampaignId>();
    row.email = reader.text();
    row.expires_us = reader.integer();
    row.is_expired = reader.flag();
    row.voided_us = reader.optional_integer();
    row.accepted_us = reader.optional_integer();
    return row;
  });
}

}  // namespace

Result<void> insert_invitation(Database& database, InvitationRow& row, std::string_view token_hash,
                               std::int64_t valid_s) {
  auto rows = database.query(
      "insert into invites (campaign_id, email, token_hash, expires_at) values ($1, $2, $3, now() + $4 * interval '1 "
      "second') returning id, (extract(epoch from expires_at) * 1000000)::bigint",
      {row.campaign.value, row.email, bytea(token_hash), valid_s});
  if (!rows) return Failure(rows.error());
  row.id.value = static_cast<std::uint64_t>(rows->integer(0, 0));
  row.expires_us = rows->integer(0, 1);
  return {};
}

Result<void> void_invitation(Database& database, wire::CampaignId campaign, std::string_view email) {
  auto rows = database.query(
      "update invites set voided_at = now() where campaign_id = $1 and lower(email) = lower($2) and voided_at is null "
      "and accepted_at is null",
      {campaign.value, email});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<std::optional<InvitationRow>> find_invitation(Database& database, std::string_view token_hash, bool for_update) {
  return read_invitation(database.query(
      std::string(kSelect) + (for_update ? "token_hash = $1 for update" : "token_hash = $1"), {bytea(token_hash)}));
}

Result<std::optional<InvitationRow>> lock_invitation(Database& database, InvitationId id) {
  return read_invitation(database.query(std::string(kSelect) + "id = $1 for update", {id.value}));
}

Result<void> store_acceptance(Database& database, InvitationId id) {
  auto rows = database.query("update invites set accepted_at = now() where id = $1", {id.value});
  if (!rows) return Failure(rows.error());
  return {};
}

}  // namespace footfall::core
