// Affiliates of a campaign with what they have brought there. Figures are in one currency: the only one that there is,
// or else the account's; where there are several, all of them stand beside it, for amounts of two currencies are never
// added.
#include "core/actions/affiliates.h"

#include "core/actions/applications.h"
#include "core/actions/invitations.h"
#include "core/actions/membership.h"
#include "core/actions/reading/affiliates.h"
#include "core/api/baclique/handlers.h"
#include "core/api/baclique/responses.h"
#include "core/api/json_output.h"
#include "core/api/paging.h"
#include "core/domain/money.h"
#include "proto/base/clock.h"

namespace footfall::core::baclique {
namespace {

constexpr std::string_view kStatuses[] = {"active", "pending", "rejected"};

// One who is suspended in the whole account earns nowhere.
std::string_view standing_of(const ListedAffiliate& listed) {
  const std::string& status = listed.enrolment->status;
  return status == "active" ? std::string_view(listed.affiliate.status) : std::string_view(status);
}

void add_money(ExactObject& to, const AffiliateMoney& money, const std::string& currency) {
  const int exponent = currency_exponent(currency).value_or(2);
  to.add_decimal("revenue", format_minor(money.sales_minor, exponent))
      .add_decimal("pending_commission", format_minor(money.pending_minor, exponent));
}

ExactObject statistics(const AffiliateFigures& figures, const std::string& account_currency) {
  const std::string& currency = figures.money.size() == 1 ? figures.money.begin()->first : account_currency;
  const auto found = figures.money.find(currency);
  ExactObject object;
  object.add("clicks", figures.clicks).add("conversions", figures.conversions);
  add_money(object, found == figures.money.end() ? AffiliateMoney{} : found->second, currency);
  if (figures.money.size() < 2) return object;
  std::vector<ExactObject> all;
  for (const auto& [one, money] : figures.money) {
    all.emplace_back().add("currency", one);
    add_money(all.back(), money, one);
  }
  object.add("currency", currency).add_list("by_currency", all);
  return object;
}

ExactObject item(const ListedAffiliate& listed, const Caller& caller, const Site& site) {
  const AffiliateRow& affiliate = listed.affiliate;
  const EnrolmentRow& enrolment = *listed.enrolment;
  ExactObject object;
  object.add("id", affiliate.public_id)
      .add("email", affiliate.email)
      .add("name", affiliate.name)
      .add("status", standing_of(listed))
      .add("unique_link", site.link_url(enrolment.link_host.value_or(caller.account.link_host), enrolment.code))
      .add("affiliate_code", enrolment.code)
      .add("joined_at", iso8601_ms(enrolment.joined_us))
      .add_object("stats", statistics(listed.figures, caller.account.currency));
  return object;
}

ApiResponse decide(AdmittedRequest& admitted, WorkerContext& context, Decision decision, std::string_view message) {
  const ApiRequest& request = admitted.request;
  auto campaign = find_campaign(context, admitted.caller(), admitted.parameters[0]);
  if (!campaign) return action_response(campaign.error(), kCampaignNotFound, request);
  auto decided = decide_application(context.database, admitted.caller(), campaign->row.public_id,
                                    admitted.parameters[1], decision);
  if (!decided && decided.error().code == "not_pending") return invalid_response("Affiliate is not pending");
  if (!decided) return action_response(decided.error(), kAffiliateNotFound, request);
  return json_response({{"success", true}, {"message", message}});
}

}  // namespace

ApiResponse list_affiliates(AdmittedRequest& admitted, WorkerContext& context) {
  const ApiRequest& request = admitted.request;
  const Caller& caller = admitted.caller();
  auto campaign = find_campaign(context, caller, admitted.parameters[0]);
  if (!campaign) return action_response(campaign.error(), kCampaignNotFound, request);
  FieldReader read(admitted.input, FieldStyle::sentence);
  const OffsetPage page = read_offset_page(read, kPageDefault, kPageMax);
  AffiliateFilter filter;
  filter.campaign = campaign->row.id;
  filter.standing = read.choice("status", kStatuses);
  filter.without_removed = true;
  filter.limit = static_cast<int>(page.limit);
  filter.offset = page.offset;
  if (!read.problems().empty()) return invalid_response(read.problems());
  auto total = count_affiliates(context.database, caller, filter);
  if (!total) return failure_response(kBaClique, total.error(), request);
  auto affiliates = read_affiliates(context.database, caller, filter);
  if (!affiliates) return failure_response(kBaClique, affiliates.error(), request);
  std::vector<ExactObject> items;
  for (const ListedAffiliate& one : *affiliates) {
    if (one.enrolment) items.push_back(item(one, caller, context.site));
  }
  ExactObject body;
  body.add_list("affiliates", items).add("pagination", pagination(page, *total));
  return json_response(body);
}

ApiResponse invite(AdmittedRequest& admitted, WorkerContext& context) {
  const ApiRequest& request = admitted.request;
  auto campaign = find_campaign(context, admitted.caller(), admitted.parameters[0]);
  if (!campaign) return action_response(campaign.error(), kCampaignNotFound, request);
  FieldReader read(admitted.input, FieldStyle::sentence);
  const auto email = read.email("email", true);
  if (!read.problems().empty()) return invalid_response(read.problems());
  if (campaign->row.status == "archived") return invalid_response("Campaign is not active");
  auto made =
      invite_affiliate(context.database, admitted.caller(), campaign->row.public_id, *email, Entered::are_refused);
  if (!made && made.error().code == "already_joined") return invalid_response("Affiliate already in campaign");
  if (!made) return action_response(made.error(), kCampaignNotFound, request);
  return json_response({{"status", "pending_invite"},
                        {"email", made->email},
                        {"invite_link", context.site.invitation_url(made->campaign.slug, made->token)},
                        {"expires_at", iso8601_ms(made->expires_us)}});
}

ApiResponse remove_affiliate(AdmittedRequest& admitted, WorkerContext& context) {
  const ApiRequest& request = admitted.request;
  const Caller& caller = admitted.caller();
  const std::string& affiliate = admitted.parameters[1];
  auto campaign = find_campaign(context, caller, admitted.parameters[0]);
  if (!campaign) return action_response(campaign.error(), kCampaignNotFound, request);
  auto member = load_member(context.database, caller, campaign->row, affiliate);
  if (!member && member.error().kind == ErrorKind::invalid) return not_found_response(kAffiliateNotFound);
  if (!member) return action_response(member.error(), kAffiliateNotFound, request);
  auto removed = set_enrolment_status(context.database, caller, campaign->row.public_id, affiliate, "removed");
  if (!removed) return action_response(removed.error(), kAffiliateNotFound, request);
  return json_response({{"success", true}, {"message", "Affiliate removed from campaign"}});
}

ApiResponse approve_affiliate(AdmittedRequest& admitted, WorkerContext& context) {
  return decide(admitted, context, Decision::approve, "Affiliate approved");
}

ApiResponse reject_affiliate(AdmittedRequest& admitted, WorkerContext& context) {
  return decide(admitted, context, Decision::reject, "Affiliate rejected");
}

}  // namespace footfall::core::baclique
