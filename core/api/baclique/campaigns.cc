// A campaign of BaClique has one commission, for every goal: a percentage, or a fixed amount in the conversion's
// currency (BA-8), which is written with the decimals of the account's. Durations are whole days here and seconds in
// the model; what the command line has set to less than a day is shown as a whole one.
#include "core/actions/campaigns.h"

#include "core/actions/reading/campaigns.h"
#include "core/api/baclique/handlers.h"
#include "core/api/baclique/responses.h"
#include "core/api/json_output.h"
#include "core/api/paging.h"
#include "proto/base/clock.h"

namespace footfall::core::baclique {
namespace {

namespace json = boost::json;
constexpr std::int64_t kDay_s = 86'400;
constexpr std::int64_t kDaysMax = 3'650;
constexpr std::size_t kNameCharactersMax = 200;
constexpr std::string_view kTypes[] = {"CPA"};
constexpr std::string_view kCommissionTypes[] = {"fixed", "percentage"};
constexpr std::string_view kVisibilities[] = {"public", "private"};
constexpr std::string_view kStatuses[] = {"active", "paused", "archived"};

std::string_view commission_type_name(TermsKind kind) { return kind == TermsKind::fixed ? "fixed" : "percentage"; }

// 10 for ten percent, 5.00 for a fixed amount (BAC-25).
std::string commission_value(const Terms& terms, int exponent) {
  return terms.kind == TermsKind::fixed ? format_minor(terms.rate.amount_minor, exponent)
                                        : format_percent(terms.rate.percent);
}

std::int64_t whole_days(std::int64_t seconds) { return (seconds + kDay_s - 1) / kDay_s; }

// The terms of every goal, which every campaign has.
const Terms& base_terms(const Campaign& campaign) {
  FOOTFALL_CHECK(!campaign.terms.empty());
  return campaign.terms.front();
}

ExactObject item(const Campaign& campaign) {
  const CampaignRow& row = campaign.row;
  const Terms& terms = base_terms(campaign);
  const int exponent = campaign_exponent(row);
  ExactObject object;
  object.add("id", row.public_id)
      .add("name", row.name)
      .add("status", row.status)
      .add("type", kTypes[0])
      .add("commission_type", commission_type_name(terms.kind))
      .add_decimal("commission_value", commission_value(terms, exponent))
      .add("target_url", row.target_url)
      .add("visibility", row.visibility);
  object.add("attribution_window",
             row.attribution_window_s ? json::value(whole_days(*row.attribution_window_s)) : json::value(nullptr));
  object.add("maturation_days", whole_days(row.hold_s));
  object.add_decimal("budget", row.budget_minor ? format_minor(*row.budget_minor, exponent) : "null");
  object.add("created_at", iso8601_ms(row.created_us)).add("updated_at", iso8601_ms(row.updated_us));
  return object;
}

struct SentFields {
  CampaignFields campaign;
  std::optional<std::string> commission_type;
  std::optional<std::string> commission_value;
};

SentFields read_fields(FieldReader& read, bool is_new) {
  SentFields sent;
  CampaignFields& fields = sent.campaign;
  fields.name = read.text("name", {.required = is_new, .characters_max = kNameCharactersMax, .is_free = true});
  fields.target_url = read.url("target_url", is_new);
  read.choice("type", kTypes, is_new);
  sent.commission_type = read.choice("commission_type", kCommissionTypes, is_new);
  sent.commission_value = read.decimal("commission_value", {.required = is_new});
  fields.visibility = read.choice("visibility", kVisibilities);
  if (const auto days = read.integer("attribution_window", {.min = 1, .max = kDaysMax})) {
    fields.attribution_window_s = *days * kDay_s;
  }
  if (const auto days = read.integer("maturation_days", {.min = 0, .max = kDaysMax})) fields.hold_s = *days * kDay_s;
  fields.budget = read.decimal("budget");
  fields.status = read.choice("status", kStatuses);
  return sent;
}

// "10%" or "5.00": how the action takes a commission.
std::string rate_text(std::string_view value, bool is_fixed) { return std::string(value) + (is_fixed ? "" : "%"); }

ApiResponse changed(const Result<Campaign>& campaign, const ApiRequest& request) {
  if (!campaign) return action_response(campaign.error(), kCampaignNotFound, request);
  return json_response(item(*campaign));
}

}  // namespace

ApiResponse list_campaigns(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::sentence);
  const OffsetPage page = read_offset_page(read, kPageDefault, kPageMax);
  CampaignFilter filter;
  filter.status = read.choice("status", kStatuses);
  filter.limit = static_cast<int>(page.limit);
  filter.offset = page.offset;
  if (!read.problems().empty()) return invalid_response(read.problems());
  auto total = count_campaigns(context.database, admitted.caller(), filter);
  if (!total) return failure_response(kBaClique, total.error(), admitted.request);
  auto campaigns = read_campaigns(context.database, admitted.caller(), filter);
  if (!campaigns) return failure_response(kBaClique, campaigns.error(), admitted.request);
  std::vector<ExactObject> items;
  for (const Campaign& campaign : *campaigns) items.push_back(item(campaign));
  ExactObject body;
  body.add_list("campaigns", items).add("pagination", pagination(page, *total));
  return json_response(body);
}

ApiResponse show_campaign(AdmittedRequest& admitted, WorkerContext& context) {
  auto campaign = find_campaign(context, admitted.caller(), admitted.parameters[0]);
  if (!campaign) return action_response(campaign.error(), kCampaignNotFound, admitted.request);
  return json_response(item(*campaign));
}

ApiResponse new_campaign(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::sentence);
  SentFields sent = read_fields(read, true);
  if (!read.problems().empty()) return invalid_response(read.problems());
  CommissionFields commission;
  commission.rate = rate_text(*sent.commission_value, *sent.commission_type == "fixed");
  sent.campaign.commissions = {std::move(commission)};
  const Caller& caller = admitted.caller();
  auto made = create_campaign(context.database, caller, caller.account.public_id, caller.acting_mode(), sent.campaign);
  return changed(made, admitted.request);
}

ApiResponse change_campaign(AdmittedRequest& admitted, WorkerContext& context) {
  auto before = find_campaign(context, admitted.caller(), admitted.parameters[0]);
  if (!before) return action_response(before.error(), kCampaignNotFound, admitted.request);
  FieldReader read(admitted.input, FieldStyle::sentence);
  SentFields sent = read_fields(read, false);
  const std::string_view present = commission_type_name(base_terms(*before).kind);
  const std::string type = sent.commission_type.value_or(std::string(present));
  if (type != present && !sent.commission_value) {
    read.add_problem("commission_value", "commission_value is required with another commission_type");
  }
  if (!read.problems().empty()) return invalid_response(read.problems());
  if (sent.commission_value) {
    CommissionFields commission;
    commission.rate = rate_text(*sent.commission_value, type == "fixed");
    sent.campaign.commissions = {std::move(commission)};
  }
  return changed(update_campaign(context.database, admitted.caller(), admitted.parameters[0], sent.campaign),
                 admitted.request);
}

ApiResponse archive_campaign(AdmittedRequest& admitted, WorkerContext& context) {
  if (auto found = find_campaign(context, admitted.caller(), admitted.parameters[0]); !found) {
    return action_response(found.error(), kCampaignNotFound, admitted.request);
  }
  CampaignFields fields;
  fields.status = "archived";
  auto archived = update_campaign(context.database, admitted.caller(), admitted.parameters[0], fields);
  if (!archived) return action_response(archived.error(), kCampaignNotFound, admitted.request);
  return json_response({{"success", true}, {"message", "Campaign archived"}});
}

Result<Campaign> find_campaign(WorkerContext& context, const Caller& caller, std::string_view public_id) {
  auto campaign = read_campaign(context.database, caller, public_id);
  if (campaign && campaign->row.status == "deleted") return not_found("the campaign is deleted");
  return campaign;
}

}  // namespace footfall::core::baclique
