// Invitations that a merchant has made into a campaign and that still open, without their tokens, which nobody keeps.
// What strangers asked for on the campaign's page is not among them: nobody but the owner of the address knows of it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/actions/caller.h"
#include "core/storage/campaigns.h"
#include "core/storage/database.h"
#include "core/storage/invitations.h"

namespace footfall::core {

struct InvitationPage {
  CampaignRow campaign;
  std::vector<InvitationRow> rows;  // newest first
  std::int64_t total = 0;           // on all pages
};
// not_found: the caller has no such campaign, or it is deleted.
Result<InvitationPage> read_open_invitations(Database& database, const Caller& caller, std::string_view campaign,
                                             int limit, std::int64_t offset);

}  // namespace footfall::core
