#include "core/actions/reading/analytics.h"

#include "core/actions/checks.h"
#include "core/storage/affiliates.h"
#include "core/storage/campaigns.h"
#include "core/storage/time_zones.h"

namespace footfall::core {
namespace {

Result<void> name_owners(Database& database, AnalyticsGroup group, Analytics& analytics) {
  std::vector<std::uint64_t> ids;
  for (const AnalyticsRow& row : analytics.page.rows) ids.push_back(static_cast<std::uint64_t>(row.bucket));
  if (group == AnalyticsGroup::campaign) {
    auto rows = load_campaigns(database, ids);
    if (!rows) return Failure(rows.error());
    for (CampaignRow& row : *rows) {
      analytics.owners[static_cast<std::int64_t>(row.id.value)] = {std::move(row.public_id), std::move(row.name)};
    }
  }
  if (group == AnalyticsGroup::affiliate) {
    auto rows = load_affiliates(database, ids);
    if (!rows) return Failure(rows.error());
    for (AffiliateRow& row : *rows) {
      analytics.owners[static_cast<std::int64_t>(row.id.value)] = {std::move(row.public_id), std::move(row.name)};
    }
  }
  return {};
}

}  // namespace

Result<Analytics> read_analytics(Database& database, const Caller& caller, const AnalyticsQuestion& question,
                                 const OwnerIds& of) {
  if (caller.scope().affiliate) return Analytics{};
  if (auto good = check_range("the range in days", question.to_day - question.from_day + 1, 1, kAnalyticsDaysMax);
      !good) {
    return Failure(good.error());
  }
  auto selection = select_owners(database, caller, of);
  if (!selection) return Failure(selection.error());
  const std::string& zone = caller.account.time_zone;
  auto from_us = start_of_day(database, zone, question.from_day);
  if (!from_us) return Failure(from_us.error());
  auto to_us = start_of_day(database, zone, question.to_day + 1);
  if (!to_us) return Failure(to_us.error());
  AnalyticsRange range;
  range.account = selection->account;
  range.mode = selection->mode.value_or(wire::Mode::live);
  range.campaign = selection->campaign;
  range.affiliate = selection->affiliate;
  range.from_day = question.from_day;
  range.to_day = question.to_day;
  range.from_us = *from_us;
  range.to_us = *to_us;
  range.time_zone = zone;
  range.group = question.group;
  range.limit = question.limit;
  range.offset = question.offset;
  auto page = read_analytics_page(database, range);
  if (!page) return Failure(page.error());
  Analytics analytics;
  analytics.page = std::move(*page);
  if (auto named = name_owners(database, question.group, analytics); !named) return Failure(named.error());
  return analytics;
}

}  // namespace footfall::core
