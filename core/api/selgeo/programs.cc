// Programs: what pays commissions. A program has one commission for every event type, and may have others for some of
// them; fixed ones are in its currency. Durations are seconds.
#include <algorithm>
#include <boost/json.hpp>

#include "core/actions/ask_to_join.h"
#include "core/actions/campaign_fields.h"
#include "core/actions/campaigns.h"
#include "core/actions/reading/campaigns.h"
#include "core/api/json_output.h"
#include "core/api/selgeo/handlers.h"
#include "core/api/selgeo/responses.h"
#include "core/domain/identifiers.h"
#include "proto/base/clock.h"

namespace footfall::core::selgeo {
namespace {

namespace json = boost::json;
constexpr std::string_view kNoun = "Program";
constexpr std::size_t kNameCharactersMax = 200;
constexpr std::size_t kEventCommissionsBytesMax = 16'384;
constexpr std::size_t kFraudRulesBytesMax = 1'024;
constexpr std::int64_t kDurationMax_s = 10LL * 365 * 86'400;
constexpr std::string_view kStatuses[] = {"draft", "active", "paused", "archived"};
constexpr std::string_view kModels[] = {"cpa", "cps", "revshare"};
constexpr std::string_view kVisibilities[] = {"public", "private"};
constexpr std::string_view kPrecedences[] = {"click", "promo_code"};

void add_rate(json::object& view, TermsKind kind, const Rate& rate) {
  if (kind == TermsKind::fixed) {
    view["amount_cents"] = rate.amount_minor;
  } else {
    view["percent"] = format_percent(rate.percent);
  }
}

json::object commission_view(const Terms& terms) {
  json::object view{{"type", terms.kind == TermsKind::fixed ? "fixed" : "percentage"}};
  add_rate(view, terms.kind, terms.rate);
  if (terms.tiers.empty()) return view;
  json::array tiers;
  for (const Tier& tier : terms.tiers) {
    json::object one{{"from", tier.from}};
    add_rate(one, terms.kind, tier.rate);
    tiers.push_back(std::move(one));
  }
  view["tiers"] = std::move(tiers);
  return view;
}

json::object program_view(const Campaign& program, const WorkerContext& context) {
  const CampaignRow& row = program.row;
  json::value commission;
  json::object by_event_type;
  for (const Terms& terms : program.terms) {
    if (terms.goal.empty()) {
      commission = commission_view(terms);
    } else {
      by_event_type[terms.goal] = commission_view(terms);
    }
  }
  return {{"id", row.public_id},
          {"name", row.name},
          {"mode", mode_name(row.mode)},
          {"status", row.status},
          {"target_url", row.target_url},
          {"fallback_url", nullable_text(row.fallback_url)},
          {"currency", nullable_text(row.currency)},
          {"model", row.model},
          {"commission", std::move(commission)},
          {"event_commissions", std::move(by_event_type)},
          {"attribution_window_seconds", nullable_number(row.attribution_window_s)},
          {"hold_seconds", row.hold_s},
          {"auto_approve", row.auto_approve},
          {"precedence", row.precedence == "code" ? kPrecedences[1] : kPrecedences[0]},
          {"visibility", row.visibility},
          {"join_review", row.join_review},
          {"join_url", nullable_text(join_url(context.site, row, context.registration.sends_mail))},
          {"budget_cents", nullable_number(row.budget_minor)},
          {"fraud_rules",
           {{"self_referral", row.fraud.self_referral},
            {"duplicate_purchase_seconds", row.fraud.duplicate_s},
            {"velocity_count", row.fraud.velocity_count},
            {"velocity_seconds", row.fraud.velocity_s}}},
          {"created_at", iso8601_ms(row.created_us)},
          {"updated_at", iso8601_ms(row.updated_us)}};
}

// Null: there is no such member, or it is null.
const json::value* given(const json::object& object, std::string_view name) {
  const json::value* const found = object.if_contains(name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

// "10%" or "5.00", as the action takes a rate. None: not exactly one of the two stands there, or its type is the other.
std::optional<std::string> rate_text(const json::value& value, int exponent) {
  if (!value.is_object()) return std::nullopt;
  const json::value* const cents = given(value.get_object(), "amount_cents");
  const json::value* const percent = given(value.get_object(), "percent");
  const json::value* const type = given(value.get_object(), "type");
  if ((cents == nullptr) == (percent == nullptr)) return std::nullopt;
  if (type != nullptr && *type != json::value(cents != nullptr ? "fixed" : "percentage")) return std::nullopt;
  if (cents != nullptr) {
    return cents->is_int64() ? std::optional(format_minor(cents->get_int64(), exponent)) : std::nullopt;
  }
  return (percent->is_string() ? std::string(percent->get_string()) : json::serialize(*percent)) + "%";
}

// [{"from":50,"percent":15}]: from so many conversions on. False: it is something else.
bool read_tiers(const json::value& value, int exponent, CommissionFields& fields) {
  if (!value.is_array() || value.get_array().size() > kTiersMax) return false;
  fields.tiers.emplace();
  for (const json::value& one : value.get_array()) {
    auto rate = rate_text(one, exponent);
    const auto* from = rate ? one.get_object().if_contains("from") : nullptr;
    if (!from || !from->is_int64()) return false;
    fields.tiers->emplace_back(from->get_int64(), std::move(*rate));
  }
  return true;
}

// {"type":"percentage","percent":"12.5"} or {"type":"fixed","amount_cents":500}; `type`, which a program is shown with,
// may be left out.
std::optional<CommissionFields> read_commission(FieldReader& read, std::string_view name, const json::value& value,
                                                int exponent) {
  auto rate = rate_text(value, exponent);
  if (!rate) {
    read.add_problem(name, "Expected an object with percent or amount_cents, and no type but that");
    return std::nullopt;
  }
  CommissionFields fields;
  fields.rate = std::move(rate);
  const auto* tiers = value.get_object().if_contains("tiers");
  if (tiers && !read_tiers(*tiers, exponent, fields)) {
    read.add_problem(name, "tiers must be at most 32 objects with from and the commission's percent or amount_cents");
    return std::nullopt;
  }
  if (auto terms = new_terms({}, {fields}, exponent); !terms) {
    read.add_problem(name, terms.error().message);
    return std::nullopt;
  }
  return fields;
}

bool is_event_type(std::string_view text) {
  const bool has_control = std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  return !has_control && text.size() <= kGoalLengthMax && !tidy_identifier(text).empty();
}

// None: the field is absent, or Boost.JSON has no value for what stands there (an unpaired surrogate, a number beyond a
// double, more than 32 levels), which is added as a problem.
std::optional<json::object> read_object(FieldReader& read, const char* name, std::size_t bytes_max) {
  const auto given = read.object(name, bytes_max);
  if (!given) return std::nullopt;
  boost::system::error_code error;
  json::value parsed = json::parse(*given, error);
  if (!error && parsed.is_object()) return std::move(parsed.get_object());
  read.add_problem(name, "Must be of plain texts, numbers and few levels");
  return std::nullopt;
}

// The program's commission, and those of event types; null ends one.
std::vector<CommissionFields> read_commissions(FieldReader& read, int exponent, bool is_new) {
  std::vector<CommissionFields> all;
  const auto base = read_object(read, "commission", kEventCommissionsBytesMax);
  if (!base && is_new && read.problems().empty()) read.add_problem("commission", "Required");
  if (base) {
    if (auto one = read_commission(read, "commission", *base, exponent)) all.push_back(std::move(*one));
  }
  const auto by_event_type = read_object(read, "event_commissions", kEventCommissionsBytesMax);
  if (!by_event_type) return all;
  for (const auto& [event_type, value] : *by_event_type) {
    if (!is_event_type(event_type)) {
      read.add_problem("event_commissions", "An event type has 1 to 100 bytes without control characters");
      return all;
    }
    CommissionFields fields;
    if (!value.is_null()) {
      auto one = read_commission(read, "event_commissions", value, exponent);
      if (!one) return all;
      fields = std::move(*one);
    }
    fields.goal = event_type;
    fields.end = value.is_null();
    all.push_back(std::move(fields));
  }
  return all;
}

std::optional<std::int64_t> read_rule(FieldReader& read, const json::object& rules, const char* name, std::int64_t min,
                                      std::int64_t max) {
  const auto* value = rules.if_contains(name);
  if (!value) return std::nullopt;
  if (!value->is_int64() || value->get_int64() < min || value->get_int64() > max) {
    read.add_problem(std::string("fraud_rules.") + name,
                     "Must be an integer from " + std::to_string(min) + " to " + std::to_string(max));
    return std::nullopt;
  }
  return value->get_int64();
}

// A rule that is not named stays as it is; 0 and false turn one off.
void read_fraud_rules(FieldReader& read, CampaignFields& fields) {
  const auto rules = read_object(read, "fraud_rules", kFraudRulesBytesMax);
  if (!rules) return;
  if (const auto* flag = rules->if_contains("self_referral")) {
    if (flag->is_bool()) {
      fields.self_referral = flag->get_bool();
    } else {
      read.add_problem("fraud_rules.self_referral", "Expected boolean");
    }
  }
  fields.duplicate_s = read_rule(read, *rules, "duplicate_purchase_seconds", 0, kFraudWindowMax_s);
  fields.velocity_count = read_rule(read, *rules, "velocity_count", 0, kVelocityCountMax);
  fields.velocity_s = read_rule(read, *rules, "velocity_seconds", 1, kFraudWindowMax_s);
}

// `currency`: of the program as it is, or would be without the field.
CampaignFields read_fields(FieldReader& read, const std::string& currency, bool is_new) {
  CampaignFields fields;
  fields.name = read.text("name", {.required = is_new, .characters_max = kNameCharactersMax, .is_free = true});
  fields.target_url = read.url("target_url", is_new);
  fields.fallback_url = read_clearable_url(read, "fallback_url");
  fields.currency = read.currency("currency");
  const int exponent = currency_exponent(fields.currency.value_or(currency)).value_or(2);
  fields.model = read.choice("model", kModels);
  fields.commissions = read_commissions(read, exponent, is_new);
  if (read.cleared("attribution_window_seconds")) {
    fields.attribution_window_s.emplace();
  } else if (const auto window = read.integer("attribution_window_seconds", {.min = 1, .max = kDurationMax_s})) {
    fields.attribution_window_s = *window;
  }
  fields.hold_s = read.integer("hold_seconds", {.min = 0, .max = kDurationMax_s});
  fields.auto_approve = read.boolean("auto_approve");
  if (const auto precedence = read.choice("precedence", kPrecedences)) {
    fields.precedence = *precedence == kPrecedences[1] ? "code" : "click";
  }
  fields.visibility = read.choice("visibility", kVisibilities);
  fields.join_review = read.boolean("join_review");
  if (read.cleared("budget_cents")) {
    fields.budget = "";
  } else if (const auto budget = read.integer("budget_cents", {.min = 0})) {
    fields.budget = format_minor(*budget, exponent);
  }
  read_fraud_rules(read, fields);
  fields.status = read.choice("status", kStatuses);
  return fields;
}

ApiResponse program_response(const Result<Campaign>& program, const WorkerContext& context, const ApiRequest& request,
                             int status = 200) {
  return program ? json_response(program_view(*program, context), status)
                 : refusal_response(program.error(), kNoun, request);
}

}  // namespace

Result<Campaign> find_program(WorkerContext& context, const Caller& caller, std::string_view public_id) {
  auto program = read_campaign(context.database, caller, public_id);
  if (program && program->row.status == "deleted") return not_found("the program is deleted");
  return program;
}

ApiResponse list_programs(AdmittedRequest& admitted, WorkerContext& context) {
  FieldReader read(admitted.input, FieldStyle::terse);
  const NumberedPage page = read_page(read);
  CampaignFilter filter;
  filter.status = read.choice("status", kStatuses);
  filter.limit = static_cast<int>(page.limit);
  filter.offset = page.offset();
  if (!read.problems().empty()) return validation_response(read.problems());
  auto programs = read_campaigns(context.database, admitted.caller(), filter);
  if (!programs) return failure_response(kSelgeo, programs.error(), admitted.request);
  auto total = count_campaigns(context.database, admitted.caller(), filter);
  if (!total) return failure_response(kSelgeo, total.error(), admitted.request);
  json::array data;
  for (const Campaign& program : *programs) data.push_back(program_view(program, context));
  return json_response(numbered_list(std::move(data), page, *total));
}

ApiResponse new_program(AdmittedRequest& admitted, WorkerContext& context) {
  const Caller& caller = admitted.caller();
  FieldReader read(admitted.input, FieldStyle::terse);
  const CampaignFields fields = read_fields(read, caller.account.currency, true);
  if (!read.problems().empty()) return validation_response(read.problems());
  return program_response(
      create_campaign(context.database, caller, caller.account.public_id, caller.acting_mode(), fields), context,
      admitted.request, 201);
}

ApiResponse show_program(AdmittedRequest& admitted, WorkerContext& context) {
  return program_response(find_program(context, admitted.caller(), admitted.parameters[0]), context, admitted.request);
}

ApiResponse change_program(AdmittedRequest& admitted, WorkerContext& context) {
  auto before = find_program(context, admitted.caller(), admitted.parameters[0]);
  if (!before) return refusal_response(before.error(), kNoun, admitted.request);
  FieldReader read(admitted.input, FieldStyle::terse, NullMeaning::clears);
  const CampaignFields fields =
      read_fields(read, before->row.currency.value_or(admitted.caller().account.currency), false);
  if (!read.problems().empty()) return validation_response(read.problems());
  return program_response(update_campaign(context.database, admitted.caller(), admitted.parameters[0], fields), context,
                          admitted.request);
}

}  // namespace footfall::core::selgeo
