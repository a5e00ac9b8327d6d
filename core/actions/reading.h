// What a dialect reads of its own account, so that it needs no storage of its own. Another account's things are not
// found (SEL-40). An affiliate reads its own conversions here; campaigns and statistics are the merchant's.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/actions/caller.h"
#include "core/domain/terms.h"
#include "core/storage/campaigns.h"
#include "core/storage/conversions.h"
#include "core/storage/statistics.h"

namespace footfall::core {

struct Offer {
  CampaignRow campaign;
  std::vector<Terms> terms;  // in force, that of every goal first
};

// Of the caller's account and mode; the filter's own account and mode are overwritten.
Result<std::vector<Offer>> read_offers(Database& database, const Caller& caller, CampaignFilter filter);
Result<std::optional<Offer>> read_offer(Database& database, const Caller& caller, std::string_view code);
Result<std::optional<Offer>> read_campaign_by_id(Database& database, const Caller& caller, wire::CampaignId id);
// The one with that public id, for cursors. None: no such campaign of this account.
Result<std::optional<CampaignRow>> read_campaign(Database& database, const Caller& caller, std::string_view public_id);

Result<std::vector<ConversionRow>> read_conversions(Database& database, const Caller& caller, ConversionFilter filter);
Result<std::optional<ConversionRow>> read_conversion(Database& database, const Caller& caller,
                                                     std::string_view public_id);

struct Statistics {
  std::vector<DayTotals> days;
  std::vector<CampaignRow> campaigns;  // those that `days` names
};
Result<Statistics> read_statistics(Database& database, const Caller& caller, wire::CampaignId campaign,
                                   std::int64_t from_us, std::int64_t to_us, std::int64_t now_us);

}  // namespace footfall::core
