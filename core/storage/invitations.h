// The table invites: who was invited into which campaign. Of a token its SHA-256 is kept; of an address and a campaign
// at most one invitation is open (neither voided nor accepted).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

using InvitationId = wire::Identifier<struct InvitationTag>;

struct InvitationRow {
  InvitationId id;
  wire::CampaignId campaign;
  std::string email;
  std::int64_t expires_us = 0;
  bool is_expired = false;  // by the database's clock, when it was read
  std::optional<std::int64_t> voided_us, accepted_us;
};

// Fills in id and expires_us, `valid_s` from now. A unique violation of invites_open: the address has an open one.
Result<void> insert_invitation(Database& database, InvitationRow& row, std::string_view token_hash,
                               std::int64_t valid_s);
// Voids the open invitation of that address, if there is one.
Result<void> void_invitation(Database& database, wire::CampaignId campaign, std::string_view email);
Result<std::optional<InvitationRow>> find_invitation(Database& database, std::string_view token_hash,
                                                     bool for_update = false);
// Locked to the end of the transaction.
Result<std::optional<InvitationRow>> lock_invitation(Database& database, InvitationId id);
Result<void> store_acceptance(Database& database, InvitationId id);

}  // namespace footfall::core
