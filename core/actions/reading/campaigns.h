// Campaigns with their terms: Selgeo's programs, AffSpace's and Affily's offers. They belong to the merchant: an
// affiliate's caller finds none. A list takes two statements, however long it is.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/actions/caller.h"
#include "core/actions/campaigns.h"
#include "core/actions/reading/selection.h"
#include "core/storage/campaigns.h"

namespace footfall::core {

// Newest first. The filter's account and mode are the caller's, or what `of` names.
Result<std::vector<Campaign>> read_campaigns(Database& database, const Caller& caller, CampaignFilter filter,
                                             const OwnerIds& of = {});
// How many a list without limit and offset would have.
Result<std::int64_t> count_campaigns(Database& database, const Caller& caller, CampaignFilter filter);
Result<Campaign> read_campaign(Database& database, const Caller& caller, std::string_view public_id);
// None: the caller has no such campaign, or it is deleted.
Result<std::optional<Campaign>> read_campaign_by_code(Database& database, const Caller& caller, std::string_view code);
Result<std::optional<Campaign>> read_campaign_by_number(Database& database, const Caller& caller, wire::CampaignId id);
// For cursors: the number of a campaign that may be deleted by now. None: the caller never had it.
Result<std::optional<wire::CampaignId>> campaign_number(Database& database, const Caller& caller,
                                                        std::string_view public_id);

}  // namespace footfall::core
