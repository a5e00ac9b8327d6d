// Reads a reported conversion, hands it to the booking that all dialects share, and words the outcome.
#include "core/actions/conversion_rounds.h"
#include "core/api/json_output.h"
#include "core/api/selgeo/conversion_fields.h"
#include "core/api/selgeo/handlers.h"
#include "proto/base/clock.h"

namespace footfall::core::selgeo {
namespace {

namespace json = boost::json;
constexpr wire::Dialect kSelgeo = wire::Dialect::selgeo;

json::value commission_of(const ConversionRow& row) {
  if (!row.attributed || !row.terms_id) return nullptr;
  return {{"amount_cents", row.commission_minor},
          {"currency", nullable_text(row.commission_currency)},
          {"status", status_name(row.status)},
          {"hold_until", nullable_time(row.hold_until_us)}};
}

// SE-6, SE-7, SE-8: `attributed` above and inside; a sentence and a stable word.
ApiResponse created_response(const ConversionRow& row) {
  return json_response({{"id", row.public_id},
                        {"attributed", row.attributed},
                        {"attribution",
                         {{"attributed", row.attributed},
                          {"method", nullable_text(row.method)},
                          {"partner_id", nullable_text(row.affiliate_public_id)},
                          {"program_id", nullable_text(row.campaign_public_id)},
                          {"click_id", nullable_text(row.click_id)},
                          {"promo_code", nullable_text(row.promo_code)},
                          {"reason", row.reason},
                          {"explanation", row.explanation}}},
                        {"commission", commission_of(row)},
                        {"mode", mode_name(row.mode)},
                        {"status", status_name(row.status)},
                        {"click_id", nullable_text(row.click_id)},
                        {"promo_code", nullable_text(row.promo_code)},
                        {"external_transaction_id", nullable_text(row.external_id)},
                        {"event_type", row.goal},
                        {"amount_cents", row.amount_minor.value_or(0)},
                        {"currency", nullable_text(row.currency)},
                        {"prospect_email", nullable_text(row.prospect_email)},
                        {"occurred_at", iso8601_ms(row.occurred_us.value_or(row.created_us))},
                        {"created_at", iso8601_ms(row.created_us)}},
                       201);
}

ApiResponse response_to(const RecordedConversion& recorded, const ConversionFields& fields) {
  switch (recorded.outcome) {
    case RecordOutcome::booked:
      return created_response(recorded.conversion);
    case RecordOutcome::duplicate:
      return error_response(kSelgeo, 409, "A conversion with this external_transaction_id already exists",
                            "CONVERSION_DUPLICATE");
    case RecordOutcome::no_signal:
      return error_response(kSelgeo, 422, "Neither click_id nor promo_code was provided", "NO_ATTRIBUTION_SIGNAL");
    case RecordOutcome::mode_mismatch:
      return error_response(kSelgeo, 422, "The key and the attribution signal belong to different modes",
                            "MODE_MISMATCH");
    case RecordOutcome::time_implausible:
      return validation_response({{"occurred_at", "Must lie within the two years before now, or ten minutes after"}});
    case RecordOutcome::needs_click:
      return wait_for_click(*fields.click);
    default:
      return error_response(kSelgeo, 500);  // the outcomes that Selgeo's policy cannot have
  }
}

}  // namespace

ApiResponse validation_response(const std::vector<FieldProblem>& problems) {
  json::array details;
  for (const FieldProblem& problem : problems)
    details.push_back({{"field", problem.field}, {"message", problem.message}});
  return json_response({{"statusCode", 400},
                        {"message", "Validation failed"},
                        {"error", "Bad Request"},
                        {"code", "VALIDATION_ERROR"},
                        {"details", std::move(details)}},
                       400);
}

ApiResponse report_conversion(AdmittedRequest& admitted, WorkerContext& context) {
  const ApiRequest& request = admitted.request;
  FieldReader read(admitted.input, FieldStyle::terse);
  const ConversionFields fields = read_conversion_fields(read);
  if (!read.problems().empty()) return validation_response(read.problems());
  if (request.click_wait == ClickWait::timed_out) {
    return unavailable_response(kSelgeo, "The click has not been stored yet; retry");
  }

  ConversionReport report;
  report.click = fields.click;
  report.promo_code = fields.promo_code;
  report.external_id = fields.external_transaction_id;
  report.goal = fields.event_type;
  report.prospect_email = fields.prospect_email;
  report.amount_minor = fields.amount_cents;
  report.currency = fields.currency;
  report.occurred_us = fields.occurred_us;
  report.request_id = request.request_id;
  report.received_us = request.received_us;
  report.click_settled = request.click_wait == ClickWait::settled;
  report.click_may_still_come = request.click_wait == ClickWait::unheard;
  auto recorded = context.rounds.record(context.database, admitted.caller(), report);
  if (!recorded) return failure_response(kSelgeo, recorded.error(), request);
  return response_to(*recorded, fields);
}

}  // namespace footfall::core::selgeo
