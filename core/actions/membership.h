// An affiliate by public id, if it is in the campaign and was not removed. conflict "participant_erased": its data was.
#pragma once

#include <string_view>

#include "core/actions/caller.h"
#include "core/storage/affiliates.h"
#include "core/storage/campaigns.h"

namespace footfall::core {

Result<AffiliateRow> load_member(Database& database, const Caller& caller, const CampaignRow& campaign,
                                 std::string_view affiliate);

}  // namespace footfall::core
