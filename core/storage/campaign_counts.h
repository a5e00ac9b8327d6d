// What budgets and tiers count of a campaign's conversions, whatever their number: schema/0036 keeps it in the
// transaction that changes a conversion. Reads one moment; who decides by it locks the campaign before
// (lock_campaigns), or others book meanwhile. All calls run on the caller's connection, inside its transaction if it
// has one.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

// Locks campaigns to the end of the transaction, in the order of their ids, so that two transactions cannot lock each
// other.
Result<void> lock_campaigns(Database& database, const std::set<wire::CampaignId>& campaigns);

struct CountsQuery {
  wire::CampaignId campaign = {};
  wire::AffiliateId affiliate = {};  // none: its conversions are not asked for
  std::string currency = {};         // empty: commissions are not asked for
};
struct CampaignCounts {
  std::int64_t conversions = 0;      // of the affiliate, neither rejected nor reversed: what tiers count
  std::int64_t committed_minor = 0;  // live commissions in that currency that stand, less what was reversed: the budget
};
// In the order of the queries, by one statement.
Result<std::vector<CampaignCounts>> campaign_counts(Database& database, std::span<const CountsQuery> queries);

}  // namespace footfall::core
