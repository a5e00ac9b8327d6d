// The attribution audit: everything that decided on a conversion, or is known of a click, in the order in which it was
// judged. Nothing is judged again here; what is shown was stored when the decision was taken. A thing of the key's
// other mode is 422 MODE_MISMATCH, as it is when a conversion names it (SEL-31); another account's is not found. A
// click that is still on its way is waited for, as a conversion waits for it (SE-29).
#include <boost/json.hpp>

#include "core/actions/reading/campaigns.h"
#include "core/actions/reading/clicks.h"
#include "core/actions/reading/conversions.h"
#include "core/api/json_output.h"
#include "core/api/selgeo/conversion_view.h"
#include "core/api/selgeo/handlers.h"
#include "core/api/selgeo/responses.h"
#include "core/domain/money.h"
#include "proto/base/clock.h"
#include "proto/wire/click.h"

namespace footfall::core::selgeo {
namespace {

namespace json = boost::json;

ApiResponse absent_response(const Result<bool>& in_other_mode, std::string_view noun, const ApiRequest& request) {
  if (!in_other_mode) return failure_response(kSelgeo, in_other_mode.error(), request);
  if (!*in_other_mode) return error_response(kSelgeo, 404, std::string(noun) + " not found");
  return error_response(kSelgeo, 422, "The key and the " + std::string(noun) + " belong to different modes",
                        "MODE_MISMATCH");
}

// Of a click that is not stored for the account in the key's mode. Edges mint ids of version 7 only.
ApiResponse absent_click_response(const Result<bool>& in_other_mode, const wire::ClickId& id,
                                  const ApiRequest& request) {
  const bool is_unknown = in_other_mode && !*in_other_mode;
  if (is_unknown && request.is_first_pass() && wire::is_uuid_v7(id)) return wait_for_click(id);
  // An edge that was retired, or is silent, may never say it: what is stored now is all there is to show.
  if (is_unknown && request.click_wait == ClickWait::timed_out) {
    return unavailable_response(kSelgeo, "The click has not been stored yet; retry");
  }
  return absent_response(in_other_mode, "click", request);
}

json::value parsed(const std::optional<std::string>& text) {
  boost::system::error_code error;
  auto value = text ? json::parse(*text, error) : json::value(nullptr);
  return error ? json::value(nullptr) : value;
}

json::object click_part(const StoredClick& click) {
  return {{"click_id", wire::to_uuid(click.id)},
          {"received_at", iso8601_ms(click.received_us)},
          {"partner_id", nullable_text(click.affiliate_public_id)},
          {"program_id", nullable_text(click.campaign_public_id)},
          {"ref", nullable_text(click.link_code)},
          {"counts", click.verdict == 0},
          {"verdict", wire::verdict_names(click.verdict)},
          {"unique", click.is_unique},
          {"landing", nullable_text(click.landing)},
          {"referrer", nullable_text(click.referrer)}};
}

// How old the click was when the sale was made, and how old it might have been by the program of that time.
json::value window_part(const ConversionEvidence& evidence) {
  if (!evidence.click) return nullptr;
  const ConversionRow& row = evidence.conversion;
  const std::int64_t sale_us = row.occurred_us.value_or(row.created_us);
  return {{"click_at", iso8601_ms(evidence.click->received_us)},
          {"sale_at", iso8601_ms(sale_us)},
          {"age_seconds", (sale_us - evidence.click->received_us) / 1'000'000},
          {"window_seconds", nullable_number(evidence.judgement.window_s)}};
}

// Who could have been credited: by the signal that decided, and by the other one, if it was given.
json::array candidates_part(const ConversionEvidence& evidence) {
  const ConversionRow& row = evidence.conversion;
  const auto& unused = evidence.judgement.unused;
  const bool by_click = unused ? unused->signal != "click" : row.click_id.has_value();
  const std::string decided = !row.method.empty() ? row.method : by_click ? "click" : "promo_code";
  json::array candidates = {{{"signal", decided},
                             {"program_id", nullable_text(row.campaign_public_id)},
                             {"partner_id", nullable_text(row.affiliate_public_id)},
                             {"reason", row.reason},
                             {"eligible", row.attributed},
                             {"chosen", row.attributed}}};
  if (unused) {
    candidates.push_back({{"signal", unused->signal},
                          {"program_id", nullable_text(unused->campaign_public_id)},
                          {"partner_id", nullable_text(unused->affiliate_public_id)},
                          {"reason", unused->reason},
                          {"eligible", unused->credits},
                          {"chosen", false}});
  }
  return candidates;
}

json::value precedence_part(const StoredJudgement& judgement) {
  return nullable_text(judgement.precedence == "code" ? "promo_code" : judgement.precedence);
}

std::string text_of(const json::object& terms, std::string_view name) {
  const auto* value = terms.if_contains(json::string_view(name.data(), name.size()));
  return value && value->is_string() ? std::string(value->get_string()) : "";
}

// The terms as they were frozen, and the sum that they led to.
json::value commission_part(const ConversionRow& row) {
  const json::value terms = parsed(row.terms);
  if (!terms.is_object()) return nullptr;
  const json::object& frozen = terms.get_object();
  const std::string currency = row.commission_currency.value_or("");
  std::string formula = "a fixed amount of " + std::to_string(row.commission_minor) + " cents";
  if (text_of(frozen, "kind") == "percentage") {
    formula = text_of(frozen, "percent") + " % of " + std::to_string(row.amount_minor.value_or(0)) + " cents is " +
              std::to_string(row.commission_minor) + " cents, rounded " + text_of(frozen, "rounding");
  }
  if (frozen.contains("unpaid")) formula = text_of(frozen, "unpaid");
  return {{"terms", terms},
          {"basis_cents", row.amount_minor.value_or(0)},
          {"amount_cents", row.commission_minor},
          {"reversed_cents", row.reversed_minor},
          {"currency", nullable_text(currency)},
          {"status", status_name(row.status)},
          {"hold_until", nullable_time(row.hold_until_us)},
          {"formula", formula}};
}

json::array ledger_part(const std::vector<LedgerRow>& rows) {
  json::array entries;
  for (const LedgerRow& row : rows) {
    entries.push_back({{"transaction", row.transaction},
                       {"book", row.book},
                       {"amount_cents", row.amount_minor},
                       {"currency", row.currency},
                       {"memo", row.memo},
                       {"at", iso8601_ms(row.at_us)}});
  }
  return entries;
}

// The rules that held the conversion, when it was booked or its click came.
json::value caught_by(const std::vector<AuditRow>& rows) {
  for (const AuditRow& row : rows) {
    if (row.action != "conversion.hold") continue;
    const json::value details = parsed(row.details);
    const auto* caught = details.is_object() ? details.get_object().if_contains("rules") : nullptr;
    if (caught) return *caught;
  }
  return json::array();
}

json::array history_part(const std::vector<AuditRow>& rows) {
  json::array steps;
  for (const AuditRow& row : rows) {
    steps.push_back({{"at", iso8601_ms(row.at_us)},
                     {"actor", row.actor},
                     {"action", row.action},
                     {"reason", nullable_text(row.reason)},
                     {"details", parsed(row.details)}});
  }
  return steps;
}

}  // namespace

ApiResponse audit_conversion(AdmittedRequest& admitted, WorkerContext& context) {
  const Caller& caller = admitted.caller();
  const std::string& id = admitted.parameters[0];
  auto evidence = read_conversion_evidence(context.database, caller, id);
  if (!evidence) return failure_response(kSelgeo, evidence.error(), admitted.request);
  if (!*evidence) {
    return absent_response(is_conversion_of_other_mode(context.database, caller, id), "conversion", admitted.request);
  }
  const ConversionRow& row = (*evidence)->conversion;
  const auto& click = (*evidence)->click;
  return json_response(
      {{"conversion", conversion_view(row)},
       {"signals", {{"click_id", nullable_text(row.click_id)}, {"promo_code", nullable_text(row.promo_code)}}},
       {"click", click ? json::value(click_part(*click)) : json::value(nullptr)},
       {"window", window_part(**evidence)},
       {"decision",
        {{"attributed", row.attributed},
         {"method", nullable_text(row.method)},
         {"reason", row.reason},
         {"explanation", row.explanation},
         {"precedence", precedence_part((*evidence)->judgement)},
         {"candidates", candidates_part(**evidence)},
         {"review", row.is_held()},
         {"fraud_rules", caught_by((*evidence)->audit)},
         {"waits_for_click_until", nullable_time(row.unresolved_until_us)}}},
       {"commission", commission_part(row)},
       {"ledger", ledger_part((*evidence)->ledger)},
       {"history", history_part((*evidence)->audit)}});
}

ApiResponse audit_click(AdmittedRequest& admitted, WorkerContext& context) {
  const Caller& caller = admitted.caller();
  const auto id = wire::parse_uuid(admitted.parameters[0]);
  if (!id) return validation_response({{"click_id", "Invalid uuid"}});
  auto details = read_click(context.database, caller, *id);
  if (!details) return failure_response(kSelgeo, details.error(), admitted.request);
  if (!*details) {
    const auto in_other_mode = is_click_of_other_mode(context.database, caller, *id);
    return absent_click_response(in_other_mode, *id, admitted.request);
  }
  json::array conversions;
  for (const ClickConversion& one : (*details)->conversions) {
    conversions.push_back({{"id", one.public_id},
                           {"status", one.status},
                           {"reason", one.reason},
                           {"event_type", one.goal},
                           {"amount_cents", one.amount_minor.value_or(0)},
                           {"currency", nullable_text(one.currency)},
                           {"created_at", iso8601_ms(one.created_us)}});
  }
  json::array conflicts;
  for (const ClickConflict& one : (*details)->conflicts) {
    conflicts.push_back({{"received_at", iso8601_ms(one.received_us)},
                         {"program_id", nullable_text(one.campaign_public_id)},
                         {"partner_id", nullable_text(one.affiliate_public_id)}});
  }
  return json_response({{"click", click_part((*details)->clicks.front())},
                        {"conversions", std::move(conversions)},
                        {"conflicts", std::move(conflicts)}});
}

}  // namespace footfall::core::selgeo
