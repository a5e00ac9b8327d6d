#include "core/actions/reading/campaigns.h"
#include "core/api/affspace/handlers.h"
#include "core/api/affspace/responses.h"
#include "core/api/json_output.h"
#include "core/api/paging.h"

namespace footfall::core::affspace {
namespace {

namespace json = boost::json;
constexpr std::int64_t kPageDefault = 50;  // AF-22
constexpr std::int64_t kPageMax = 100;     // AFS-63
constexpr std::string_view kStatuses[] = {"published", "paused", "draft", "archived"};

// AffSpace says "published" where the model says active.
std::string_view status_of(const CampaignRow& row) {
  return row.status == "active" ? "published" : std::string_view(row.status);
}

// Fixed payouts as the reference shows them; a share has no amount until there is a sale, so it is named as a share.
json::object payout_of(const TermsKind kind, const Rate& rate) {
  if (kind == TermsKind::fixed) return {{"advertiserPayoutCents", rate.amount_minor}};
  return {{"advertiserPayoutCents", nullptr}, {"advertiserPayoutPercent", format_percent(rate.percent)}};
}

json::object payout_terms(const Campaign& offer) {
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

json::object item(const Campaign& offer, const Caller& caller) {
  const CampaignRow& row = offer.row;
  return {{"code", row.code.value_or(row.public_id)},
          {"name", row.name},
          {"status", status_of(row)},
          {"currency", row.currency.value_or(caller.account.currency)},
          {"commissionType", row.model},
          {"payoutTerms", payout_terms(offer)}};
}

}  // namespace

ApiResponse list_offers(AdmittedRequest& admitted, WorkerContext& context) {
  const ApiRequest& request = admitted.request;
  const Caller& caller = admitted.caller();
  FieldReader read(admitted.input, FieldStyle::sentence);
  const CursorPage page = read_cursor_page(read, kPageDefault, kPageMax);
  CampaignFilter filter;
  filter.limit = page.rows_to_read();
  if (const auto status = read.choice("status", kStatuses)) filter.status = *status == "published" ? "active" : *status;
  if (!read.problems().empty()) return validation_response(read.problems());
  if (page.cursor) {
    auto last = campaign_number(context.database, caller, *page.cursor);
    if (!last) return failure_response(kAffSpace, last.error(), request);
    if (!*last) return validation_response("Invalid cursor");
    filter.below = **last;
  }
  auto offers = read_campaigns(context.database, caller, filter);
  if (!offers) return failure_response(kAffSpace, offers.error(), request);
  const bool has_more = cut_to_page(*offers, page);
  json::array data;
  for (const Campaign& offer : *offers) data.push_back(item(offer, caller));
  const std::string next = has_more ? offers->back().row.public_id : std::string();
  return success_page(std::move(data), next);
}

ApiResponse show_offer(AdmittedRequest& admitted, WorkerContext& context) {
  auto offer = read_campaign_by_code(context.database, admitted.caller(), admitted.parameters[0]);
  if (!offer) return failure_response(kAffSpace, offer.error(), admitted.request);
  if (!*offer) return not_found_response("Offer not found");
  json::object data = item(**offer, admitted.caller());
  data["primaryUrl"] = (*offer)->row.target_url;
  return success(std::move(data));
}

ApiResponse show_profile(AdmittedRequest& admitted, WorkerContext&) {
  const AccountRow& account = admitted.caller().account;
  // Who got here has a key, and an account that is active is one that was approved (AFS-66).
  return success({{"companyName", account.name},
                  {"contactEmail", nullable_text(account.contact_email)},
                  {"status", "approved"},
                  {"hasApiKey", true}});
}

}  // namespace footfall::core::affspace
