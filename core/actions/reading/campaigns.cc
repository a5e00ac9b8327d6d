#include "core/actions/reading/campaigns.h"

#include "core/storage/campaign_terms.h"

namespace footfall::core {
namespace {

Result<std::vector<Campaign>> with_terms(Database& database, std::vector<CampaignRow> rows) {
  std::vector<std::uint64_t> ids;
  for (const CampaignRow& row : rows) ids.push_back(row.id.value);
  auto terms = list_terms(database, ids);
  if (!terms) return Failure(terms.error());
  std::vector<Campaign> campaigns;
  campaigns.reserve(rows.size());
  for (CampaignRow& row : rows) {
    auto own = std::move((*terms)[row.id.value]);
    campaigns.push_back({std::move(row), std::move(own)});
  }
  return campaigns;
}

Result<std::optional<Campaign>> only(Result<std::vector<Campaign>> campaigns) {
  if (!campaigns) return Failure(campaigns.error());
  if (campaigns->empty()) return std::nullopt;
  return std::move(campaigns->front());
}

}  // namespace

Result<std::vector<Campaign>> read_campaigns(Database& database, const Caller& caller, CampaignFilter filter,
                                             const OwnerIds& of) {
  if (caller.scope().affiliate) return std::vector<Campaign>{};
  auto selection = select_owners(database, caller, of);
  if (!selection) return Failure(selection.error());
  auto rows = list_campaigns(database, restrict_to(*selection, std::move(filter)));
  if (!rows) return Failure(rows.error());
  return with_terms(database, std::move(*rows));
}

Result<std::int64_t> count_campaigns(Database& database, const Caller& caller, CampaignFilter filter) {
  if (caller.scope().affiliate) return 0;
  auto selection = select_owners(database, caller);
  if (!selection) return Failure(selection.error());
  return count_campaigns(database, restrict_to(*selection, std::move(filter)));
}

Result<Campaign> read_campaign(Database& database, const Caller& caller, std::string_view public_id) {
  auto row = load_campaign(database, caller.scope(), public_id);
  if (!row) return Failure(row.error());
  auto terms = list_terms(database, row->id);
  if (!terms) return Failure(terms.error());
  return Campaign{std::move(*row), std::move(*terms)};
}

Result<std::optional<Campaign>> read_campaign_by_code(Database& database, const Caller& caller, std::string_view code) {
  CampaignFilter filter;
  filter.code = std::string(code);
  filter.limit = 1;
  return only(read_campaigns(database, caller, std::move(filter)));
}

Result<std::optional<Campaign>> read_campaign_by_number(Database& database, const Caller& caller, wire::CampaignId id) {
  auto rows = load_campaigns(database, {id.value});
  if (!rows) return Failure(rows.error());
  std::erase_if(*rows, [&](const CampaignRow& row) {
    return !caller.scope().contains(row.account, row.mode) || row.status == "deleted";
  });
  return only(with_terms(database, std::move(*rows)));
}

Result<std::optional<wire::CampaignId>> campaign_number(Database& database, const Caller& caller,
                                                        std::string_view public_id) {
  auto row = load_campaign(database, caller.scope(), public_id);
  if (row) return row->id;
  if (row.error().kind == ErrorKind::not_found) return std::nullopt;
  return Failure(row.error());
}

}  // namespace footfall::core
