// The commission terms of campaigns. A row of terms is never changed, only ended: a conversion keeps the terms that
// were in force when it was booked.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "core/domain/terms.h"
#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

// Terms in force, that of every goal first. Fixed amounts are in the campaign's currency, or, where it has none, in the
// minor unit of its account's currency.
Result<std::vector<Terms>> list_terms(Database& database, wire::CampaignId campaign);
// The same for many campaigns in one statement, by the campaign's number.
Result<std::map<std::uint64_t, std::vector<Terms>>> list_terms(Database& database,
                                                               const std::vector<std::uint64_t>& campaigns);
// Ends what was in force for the goal and puts `terms` in its place.
Result<void> succeed_terms(Database& database, wire::CampaignId campaign, const Terms& terms);
// The goal falls back to the terms of every goal. False: it had none of its own.
Result<bool> end_terms(Database& database, wire::CampaignId campaign, std::string_view goal);

}  // namespace footfall::core
