// Statistics of the caller's account by campaign and day, in the account's time zone. They belong to the merchant: an
// affiliate's caller finds none.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/actions/caller.h"
#include "core/storage/campaigns.h"
#include "core/storage/statistics.h"

namespace footfall::core {

struct Statistics {
  std::vector<DayTotals> days;
  std::vector<CampaignRow> campaigns;  // those that `days` names
};
// `campaign` none: all. Another account's campaign has no figures.
Result<Statistics> read_statistics(Database& database, const Caller& caller, wire::CampaignId campaign,
                                   std::int64_t from_us, std::int64_t to_us, std::int64_t now_us);

// Commissions that were paid out in that time, in the currency of the caller's account, less what was taken back of
// them; `to_us` is exclusive. Both ends are those of local days.
Result<std::int64_t> read_paid_commission(Database& database, const Caller& caller, std::int64_t from_us,
                                          std::int64_t to_us);

// Days since 1970 and moments, by the account's time zone; an operator's is UTC unless an account is named.
Result<std::int64_t> local_day_of(Database& database, const Caller& caller, std::int64_t wall_us);
Result<std::int64_t> start_of_local_day(Database& database, const Caller& caller, std::int64_t day,
                                        std::string_view account = {});

}  // namespace footfall::core
