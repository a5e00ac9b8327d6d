// Affiliates are invited, not added: who is invited gets a link from the merchant, opens it and agrees (BAC-44…50). A
// token is good once and for seven days; only its hash is kept.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/actions/caller.h"
#include "core/storage/campaigns.h"
#include "core/storage/database.h"

namespace footfall::core {

inline constexpr std::int64_t kInvitationValid_s = 7 * 86'400;  // BAC-47

struct Invitation {
  CampaignRow campaign;
  std::string public_id;  // inv_…
  std::string email;
  std::string token;  // shown once
  std::int64_t expires_us = 0;
};

// Whom the merchant has put into the campaign, and who has no account for it yet.
enum class Entered : std::uint8_t {
  are_invited,  // to make the account; the place stays as it is. In test mode nobody gets an account: they are refused
  are_refused,  // like everybody who is in the campaign (BA-17)
};

// Makes an invitation and voids the open one of the same address and campaign (BA-16). invalid: the campaign is
// archived or deleted, or the address is none; conflict "already_joined": the address is in the campaign and has an
// account, or is refused by `entered`.
Result<Invitation> invite_affiliate(Database& database, const Caller& caller, std::string_view campaign,
                                    std::string_view email, Entered entered);

// Voids an open invitation that the merchant made: its link says that it was taken back. not_found: the campaign has no
// such invitation, or it is not open any more.
Result<void> revoke_invitation(Database& database, const Caller& caller, std::string_view campaign,
                               std::string_view invitation);

}  // namespace footfall::core
