#include "core/actions/reading.h"

#include "core/storage/campaign_terms.h"

#include <set>

namespace footfall::core {

Result<std::vector<Offer>> read_offers(Database& database, const Caller& caller, CampaignFilter filter) {
  if (caller.scope().affiliate) return std::vector<Offer>{};
  filter.account = caller.account.id;
  filter.mode = caller.mode;
  auto campaigns = list_campaigns(database, filter);
  if (!campaigns) return Failure(campaigns.error());
  std::vector<Offer> offers;
  for (CampaignRow& campaign : *campaigns) {
    auto terms = list_terms(database, campaign.id);
    if (!terms) return Failure(terms.error());
    offers.push_back({std::move(campaign), std::move(*terms)});
  }
  return offers;
}

Result<std::optional<Offer>> read_offer(Database& database, const Caller& caller, std::string_view code) {
  CampaignFilter filter;
  filter.code = std::string(code);
  filter.limit = 1;
  auto offers = read_offers(database, caller, filter);
  if (!offers) return Failure(offers.error());
  if (offers->empty()) return std::nullopt;
  return std::move(offers->front());
}

Result<std::optional<Offer>> read_campaign_by_id(Database& database, const Caller& caller, wire::CampaignId id) {
  auto campaign = load_campaign(database, id);
  if (!campaign) return Failure(campaign.error());
  if (!caller.scope().contains(campaign->account, campaign->mode) || campaign->status == "deleted") return std::nullopt;
  auto terms = list_terms(database, id);
  if (!terms) return Failure(terms.error());
  return Offer{std::move(*campaign), std::move(*terms)};
}

Result<std::optional<CampaignRow>> read_campaign(Database& database, const Caller& caller, std::string_view public_id) {
  auto campaign = load_campaign(database, caller.scope(), public_id);
  if (!campaign) {
    if (campaign.error().kind == ErrorKind::not_found) return std::nullopt;
    return Failure(campaign.error());
  }
  return std::move(*campaign);
}

Result<std::vector<ConversionRow>> read_conversions(Database& database, const Caller& caller, ConversionFilter filter) {
  filter.account = caller.account.id;
  filter.mode = caller.mode;
  if (const auto affiliate = caller.scope().affiliate) filter.affiliate = *affiliate;
  return list_conversions(database, filter);
}

Result<std::optional<ConversionRow>> read_conversion(Database& database, const Caller& caller,
                                                     std::string_view public_id) {
  return load_conversion(database, caller.scope(), public_id, false);
}

Result<Statistics> read_statistics(Database& database, const Caller& caller, wire::CampaignId campaign,
                                   std::int64_t from_us, std::int64_t to_us, std::int64_t now_us) {
  auto days = core::read_statistics(
      database, {caller.account.id, caller.mode.value_or(wire::Mode::live), campaign, from_us, to_us}, now_us);
  if (!days) return Failure(days.error());
  if (caller.scope().affiliate) return Statistics{};
  std::set<std::uint64_t> ids;
  for (const DayTotals& day : *days) ids.insert(day.campaign.value);
  auto campaigns = load_campaigns(database, {ids.begin(), ids.end()});
  if (!campaigns) return Failure(campaigns.error());
  return Statistics{std::move(*days), std::move(*campaigns)};
}

}  // namespace footfall::core
