// The table invites: who was invited into which campaign, by the merchant or because they asked for it. Of a token its
// SHA-256 is kept; of an address, a campaign and a kind at most one invitation is open (neither voided nor accepted).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

using InvitationId = wire::Identifier<struct InvitationTag>;

struct InvitationRow {
  InvitationId id;
  std::string public_id;  // inv_…
  wire::CampaignId campaign;
  std::string email;
  bool is_asked = false;  // by the person, on the campaign's page; the token was sent to the address and nowhere else
  std::int64_t created_us = 0, expires_us = 0;
  bool is_expired = false;  // by the database's clock, when it was read
  std::optional<std::int64_t> voided_us, accepted_us;
};

// Fills in id, public_id, created_us and expires_us, `valid_s` from now. A unique violation of invites_open: the
// address has an open one.
Result<void> insert_invitation(Database& database, InvitationRow& row, std::string_view token_hash,
                               std::int64_t valid_s);
// Until the transaction ends, others that do the same for this campaign and address wait.
Result<void> lock_invitations(Database& database, wire::CampaignId campaign, std::string_view email);
// Voids the open invitation of that address and kind, if there is one.
Result<void> void_invitation(Database& database, wire::CampaignId campaign, std::string_view email, bool is_asked);
// Those that the merchant has made for the address, into all campaigns of the mode.
Result<void> void_invitations(Database& database, wire::AccountId account, wire::Mode mode, std::string_view email);
// Whether another invitation of its kind was made for its address and campaign after it.
Result<bool> has_newer_invitation(Database& database, const InvitationRow& row);
// Deletes invitations that were asked for, never accepted, and expired a month ago or longer; at most 100.
Result<void> drop_forgotten_invitations(Database& database);
Result<std::optional<InvitationRow>> find_invitation(Database& database, std::string_view token_hash);
// `for_update`: locked to the end of the transaction.
Result<InvitationRow> load_invitation(Database& database, InvitationId id, bool for_update);
// Those that a merchant has made into the campaign and that still open: neither voided, accepted nor expired. Newest
// first.
Result<std::vector<InvitationRow>> list_open_invitations(Database& database, wire::CampaignId campaign, int limit,
                                                         std::int64_t offset);
Result<std::int64_t> count_open_invitations(Database& database, wire::CampaignId campaign);
// One of them, locked to the end of the transaction.
Result<std::optional<InvitationRow>> lock_open_invitation(Database& database, wire::CampaignId campaign,
                                                          std::string_view public_id);
Result<void> store_acceptance(Database& database, InvitationId id);

}  // namespace footfall::core
