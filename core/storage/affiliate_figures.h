// What affiliates have brought, for a whole list of them at once: clicks from the roll-ups, conversions and money from
// the rows of their campaigns.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct AffiliateMoney {
  std::int64_t sales_minor = 0;    // of conversions that are pending, approved or paid
  std::int64_t pending_minor = 0;  // commissions, less what was taken back
  std::int64_t approved_minor = 0;
  std::int64_t paid_minor = 0;
};
struct AffiliateFigures {
  std::int64_t clicks = 0;                      // judged human
  std::int64_t conversions = 0;                 // pending, approved or paid
  std::map<std::string, AffiliateMoney> money;  // by currency; amounts of two currencies are never added
};
// By affiliate, those without any left out. `campaign` none: in all of their campaigns.
Result<std::map<std::uint64_t, AffiliateFigures>> affiliate_figures(Database& database,
                                                                    const std::vector<std::uint64_t>& affiliates,
                                                                    wire::CampaignId campaign);

}  // namespace footfall::core
