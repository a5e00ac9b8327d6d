#include "core/actions/booked_counts.h"

#include "core/storage/evidence.h"

namespace footfall::core {

Result<std::int64_t> BookedCounts::conversions_before(wire::CampaignId campaign, wire::AffiliateId affiliate) {
  const auto key = std::pair(campaign, affiliate);
  if (!conversions_.stored.contains(key)) {
    auto stored = core::conversions_before(database_, campaign, affiliate);
    if (!stored) return stored;
    conversions_.stored[key] = *stored;
  }
  return conversions_.stored[key] + conversions_.added[key];
}

Result<std::int64_t> BookedCounts::committed_minor(wire::CampaignId campaign, const std::string& currency) {
  const auto key = std::pair(campaign, currency);
  if (!committed_.stored.contains(key)) {
    auto stored = core::committed_minor(database_, campaign, currency);
    if (!stored) return stored;
    committed_.stored[key] = *stored;
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
