// The attribution audit of a conversion: everything that decided on it, in the order in which it was judged. Nothing is
// judged again here; what is shown was stored when the decision was taken.
#include <boost/json.hpp>

#include "core/actions/reading/conversions.h"
#include "core/api/json_output.h"
#include "core/api/selgeo/audit_parts.h"
#include "core/api/selgeo/conversion_view.h"
#include "core/api/selgeo/handlers.h"
#include "core/api/selgeo/responses.h"
#include "proto/base/clock.h"

namespace footfall::core::selgeo {
namespace {

namespace json = boost::json;

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
    const json::value details = parsed_json(row.details);
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
                     {"details", parsed_json(row.details)}});
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

}  // namespace footfall::core::selgeo
