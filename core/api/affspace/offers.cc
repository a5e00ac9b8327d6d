#include "core/api/affspace/offers.h"

#include "core/actions/reading.h"
#include "core/api/affspace/gate.h"
#include "proto/base/bytes.h"

namespace footfall::core::affspace {
namespace {

namespace json = boost::json;
constexpr wire::Dialect kAffSpace = wire::Dialect::affspace;
constexpr int kPageDefault = 50;  // AF-22
constexpr int kPageMax = 100;     // AFS-63

// AffSpace says "published" where the model says active.
std::string_view status_of(const CampaignRow& row) {
  return row.status == "active" ? "published" : std::string_view(row.status);
}

// Fixed payouts as the reference shows them; a share has no amount until there is a sale, so it is named as a share.
json::object payout_of(const TermsKind kind, const Rate& rate) {
  if (kind == TermsKind::fixed) return {{"advertiserPayoutCents", rate.amount_minor}};
  return {{"advertiserPayoutCents", nullptr}, {"advertiserPayoutPercent", format_percent(rate.percent)}};
}

json::object payout_terms(const Offer& offer) {
  if (offer.terms.empty()) return {{"advertiserPayoutCents", 0}};
  const Terms& base = offer.terms.front();
  json::object terms = payout_of(base.kind, base.rate);
  json::array tiers;
  for (const Tier& tier : base.tiers) {
    json::object step = payout_of(base.kind, tier.rate);
    step["fromConversion"] = tier.from + 1;
    tiers.push_back(std::move(step));
  }
  if (!tiers.empty()) terms["tiers"] = std::move(tiers);
  json::object goals;
  for (const Terms& goal : offer.terms) {
    if (!goal.goal.empty()) goals[goal.goal] = payout_of(goal.kind, goal.rate);
  }
  if (!goals.empty()) terms["goals"] = std::move(goals);
  return terms;
}

json::object item(const Offer& offer, const Caller& caller) {
  const CampaignRow& row = offer.campaign;
  return {{"code", row.code.value_or(row.public_id)},
          {"name", row.name},
          {"status", status_of(row)},
          {"currency", row.currency.value_or(caller.account.currency)},
          {"commissionType", row.model},
          {"payoutTerms", payout_terms(offer)}};
}

}  // namespace

Answer list_offers(const Call& call, Desk& desk) {
  auto admitted = admit(call, desk, presented_key(call, nullptr), "read");
  if (auto* refused = std::get_if<Answer>(&admitted)) return std::move(*refused);
  const auto& caller = std::get<Caller>(admitted);
  const auto limit = read_limit(call, kPageDefault, kPageMax);
  if (!limit) return refuse_validation("limit must be a number");

  CampaignFilter filter;
  filter.limit = *limit + 1;
  if (const auto status = call.query_value("status"); status && !status->empty()) {
    if (*status != "published" && *status != "paused" && *status != "draft" && *status != "archived") {
      return refuse_validation("status must be one of published, paused, draft, archived");
    }
    filter.status = *status == "published" ? "active" : *status;
  }
  if (const auto cursor = call.query_value("cursor"); cursor && !cursor->empty()) {
    auto last = read_campaign(desk.database, caller, *cursor);
    if (!last) return refuse_failure(kAffSpace, last.error(), call);
    if (!*last) return refuse_validation("Invalid cursor");
    filter.below = (*last)->id;
  }
  auto offers = read_offers(desk.database, caller, filter);
  if (!offers) return refuse_failure(kAffSpace, offers.error(), call);
  const bool more = offers->size() > static_cast<std::size_t>(*limit);
  if (more) offers->pop_back();
  json::array data;
  for (const Offer& offer : *offers) data.push_back(item(offer, caller));
  return success_page(std::move(data), more ? std::string_view(offers->back().campaign.public_id) : std::string_view());
}

Answer show_offer(const Call& call, Desk& desk, std::string_view code) {
  auto admitted = admit(call, desk, presented_key(call, nullptr), "read");
  if (auto* refused = std::get_if<Answer>(&admitted)) return std::move(*refused);
  const auto& caller = std::get<Caller>(admitted);
  const std::string decoded = percent_decode(code, false);
  if (!is_valid_utf8(decoded)) return refuse_not_found("Offer not found");
  auto offer = read_offer(desk.database, caller, decoded);
  if (!offer) return refuse_failure(kAffSpace, offer.error(), call);
  if (!*offer) return refuse_not_found("Offer not found");
  json::object data = item(**offer, caller);
  data["primaryUrl"] = (*offer)->campaign.target_url;
  return success(std::move(data));
}

Answer show_profile(const Call& call, Desk& desk) {
  auto admitted = admit(call, desk, presented_key(call, nullptr), "read");
  if (auto* refused = std::get_if<Answer>(&admitted)) return std::move(*refused);
  const AccountRow& account = std::get<Caller>(admitted).account;
  // Who got here has a key, and an account that is active is one that was approved (AFS-66).
  return success({{"companyName", account.name},
                  {"contactEmail", account.contact_email ? json::value(*account.contact_email) : json::value(nullptr)},
                  {"status", "approved"},
                  {"hasApiKey", true}});
}

}  // namespace footfall::core::affspace
