// Every statement that reads invitations selects the same columns and reads them with the same function. An invitation
// is open until it is voided or accepted; whether it has expired is decided by the database's clock.
#include "core/storage/invitations.h"

#include "core/domain/identifiers.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::string_view kSelect =
    "select id, public_id, campaign_id, email, (extract(epoch from created_at) * 1000000)::bigint, "
    "(extract(epoch from expires_at) * 1000000)::bigint, expires_at <= now(), "
    "(extract(epoch from voided_at) * 1000000)::bigint, (extract(epoch from accepted_at) * 1000000)::bigint, "
    "is_asked from invites where ";

constexpr std::string_view kIsOpen =
    "campaign_id = $1 and not is_asked and voided_at is null and accepted_at is null and expires_at > now() ";

InvitationRow read(RowReader& reader) {
  InvitationRow row;
  row.id = reader.id<InvitationId>();
  row.public_id = reader.text();
  row.campaign = reader.id<wire::CampaignId>();
  row.email = reader.text();
  row.created_us = reader.integer();
  row.expires_us = reader.integer();
  row.is_expired = reader.flag();
  row.voided_us = reader.optional_integer();
  row.accepted_us = reader.optional_integer();
  row.is_asked = reader.flag();
  return row;
}

Result<std::optional<InvitationRow>> read_invitation(Result<Rows> rows) {
  return read_optional<InvitationRow>(std::move(rows), read);
}

}  // namespace

Result<void> insert_invitation(Database& database, InvitationRow& row, std::string_view token_hash,
                               std::int64_t valid_s) {
  auto rows = database.query(
      "insert into invites (campaign_id, email, token_hash, expires_at, is_asked) values ($1, $2, $3, now() + $4 * "
      "interval '1 second', $5) returning id, public_id, (extract(epoch from created_at) * 1000000)::bigint, "
      "(extract(epoch from expires_at) * 1000000)::bigint",
      {row.campaign.value, row.email, bytea(token_hash), valid_s, row.is_asked});
  if (!rows) return Failure(rows.error());
  row.id.value = static_cast<std::uint64_t>(rows->integer(0, 0));
  row.public_id = rows->text(0, 1);
  row.created_us = rows->integer(0, 2);
  row.expires_us = rows->integer(0, 3);
  return {};
}

Result<void> lock_invitations(Database& database, wire::CampaignId campaign, std::string_view email) {
  return done(database.query(
      "select pg_advisory_xact_lock(hashtextextended('invites:' || $1::bigint || ':' || lower($2::text), 0))",
      {campaign.value, email}));
}

Result<void> void_invitation(Database& database, wire::CampaignId campaign, std::string_view email, bool is_asked) {
  auto rows = database.query(
      "update invites set voided_at = now() where campaign_id = $1 and lower(email) = lower($2) and voided_at is null "
      "and accepted_at is null and is_asked = $3",
      {campaign.value, email, is_asked});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<bool> has_newer_invitation(Database& database, const InvitationRow& row) {
  auto rows = database.query(
      "select 1 from invites where campaign_id = $1 and lower(email) = lower($2) and is_asked = $3 and id > $4 limit 1",
      {row.campaign.value, row.email, row.is_asked, row.id.value});
  if (!rows) return Failure(rows.error());
  return !rows->empty();
}

Result<void> void_invitations(Database& database, wire::AccountId account, wire::Mode mode, std::string_view email) {
  return done(database.query(
      "update invites i set voided_at = now() from campaigns c where c.id = i.campaign_id and c.account_id = $1 and "
      "c.mode = $2 and lower(i.email) = lower($3) and i.voided_at is null and i.accepted_at is null and not i.is_asked",
      {account.value, mode_name(mode), email}));
}

Result<void> drop_forgotten_invitations(Database& database) {
  return done(database.query(
      "delete from invites where id in (select id from invites where is_asked and accepted_at is null and expires_at < "
      "now() - interval '30 days' limit 100)"));
}

Result<std::optional<InvitationRow>> find_invitation(Database& database, std::string_view token_hash) {
  return read_invitation(database.query(std::string(kSelect) + "token_hash = $1", {bytea(token_hash)}));
}

Result<InvitationRow> load_invitation(Database& database, InvitationId id, bool for_update) {
  return read_one<InvitationRow>(
      database.query(std::string(kSelect) + (for_update ? "id = $1 for update" : "id = $1"), {id.value}), read,
      "there is no such invitation");
}

Result<std::vector<InvitationRow>> list_open_invitations(Database& database, wire::CampaignId campaign, int limit,
                                                         std::int64_t offset) {
  return read_all<InvitationRow>(
      database.query(std::string(kSelect).append(kIsOpen) + "order by id desc limit $2 offset $3",
                     {campaign.value, limit, offset}),
      read);
}

Result<std::int64_t> count_open_invitations(Database& database, wire::CampaignId campaign) {
  return read_count(database.query("select count(*) from invites where " + std::string(kIsOpen), {campaign.value}));
}

Result<std::optional<InvitationRow>> lock_open_invitation(Database& database, wire::CampaignId campaign,
                                                          std::string_view public_id) {
  return read_invitation(database.query(std::string(kSelect).append(kIsOpen) + "and public_id = $2 for update",
                                        {campaign.value, tidy_identifier(public_id)}));
}

Result<void> store_acceptance(Database& database, InvitationId id) {
  auto rows = database.query("update invites set accepted_at = now() where id = $1", {id.value});
  if (!rows) return Failure(rows.error());
  return {};
}

}  // namespace footfall::core
