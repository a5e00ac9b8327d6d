#include "core/actions/booked_counts.h"

#include <vector>

namespace footfall::core {

Result<void> BookedCounts::load(std::span<const CountsQuery> queries) {
  auto counts = campaign_counts(database_, queries);
  if (!counts) return Failure(counts.error());
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const CountsQuery& query = queries[i];
    if (query.affiliate) conversions_.stored[{query.campaign, query.affiliate}] = (*counts)[i].conversions;
    if (!query.currency.empty()) committed_.stored[{query.campaign, query.currency}] = (*counts)[i].committed_minor;
  }
  return {};
}

Result<std::int64_t> BookedCounts::conversions_before(wire::CampaignId campaign, wire::AffiliateId affiliate) {
  const auto key = std::pair(campaign, affiliate);
  if (!conversions_.stored.contains(key)) {
    const CountsQuery query{campaign, affiliate, {}};
    if (auto loaded = load({&query, 1}); !loaded) return Failure(loaded.error());
  }
  return conversions_.stored[key] + conversions_.added[key];
}

Result<std::int64_t> BookedCounts::committed_minor(wire::CampaignId campaign, const std::string& currency) {
  const auto key = std::pair(campaign, currency);
  if (!committed_.stored.contains(key)) {
    const CountsQuery query{campaign, {}, currency};
    if (auto loaded = load({&query, 1}); !loaded) return Failure(loaded.error());
  }
  return committed_.stored[key] + committed_.added[key];
}

void BookedCounts::add(const ConversionRow& row) {
  ++conversions_.added[{row.campaign, row.affiliate}];
  if (row.mode == wire::Mode::live && row.commission_currency) {
    committed_.added[{row.campaign, *row.commission_currency}] += row.commission_minor;
  }
}

}  // namespace footfall::core
