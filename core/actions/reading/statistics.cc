#include "core/actions/reading/statistics.h"

#include <set>

#include "core/storage/accounts.h"
#include "core/storage/time_zones.h"

namespace footfall::core {

Result<Statistics> read_statistics(Database& database, const Caller& caller, wire::CampaignId campaign,
                                   std::int64_t from_us, std::int64_t to_us, std::int64_t now_us) {
  if (caller.scope().affiliate) return Statistics{};
  const StatisticsRange range{caller.account.id,       caller.mode.value_or(wire::Mode::live), campaign, from_us, to_us,
                              caller.account.time_zone};
  auto days = read_day_totals(database, range, now_us);
  if (!days) return Failure(days.error());
  std::set<std::uint64_t> ids;
  for (const DayTotals& day : *days) ids.insert(day.campaign.value);
  auto campaigns = load_campaigns(database, {ids.begin(), ids.end()});
  if (!campaigns) return Failure(campaigns.error());
  return Statistics{std::move(*days), std::move(*campaigns)};
}

Result<std::int64_t> read_paid_commission(Database& database, const Caller& caller, std::int64_t from_us,
                                          std::int64_t to_us) {
  if (caller.scope().affiliate) return 0;
  return read_paid_minor(database, {caller.account.id, caller.acting_mode(), {}, from_us, to_us},
                         caller.account.currency);
}

Result<std::int64_t> local_day_of(Database& database, const Caller& caller, std::int64_t wall_us) {
  return day_of(database, caller.account.time_zone, wall_us);
}

Result<std::int64_t> start_of_local_day(Database& database, const Caller& caller, std::int64_t day,
                                        std::string_view account) {
  if (account.empty()) return start_of_day(database, caller.account.time_zone, day);
  auto row = load_account(database, caller.scope(), account);
  if (!row) return Failure(row.error());
  return start_of_day(database, row->time_zone, day);
}

}  // namespace footfall::core
