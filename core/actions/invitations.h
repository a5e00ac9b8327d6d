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
  std::string email;
  std::string token;  // shown once
  std::int64_t expires_us = 0;
};

// Makes an invitation and voids the open one of the same address and campaign (BA-16). invalid: the campaign is
// archived or deleted, or the address is none; conflict "already_joined": the address is in the campaign and has an
// account, or the campaign is one of test mode, where nobody gets an account. Who is in the campaign without an account
// gets an invitation that makes it, and the place stays as it is.
Result<Invitation> invite_affiliate(Database& database, const Caller& caller, std::string_view campaign,
                                    std::string_view email);

// Whether the address is in the campaign, with or without an account (BA-17).
Result<bool> is_in_campaign(Database& database, const CampaignRow& campaign, std::string_view email);

}  // namespace footfall::core
