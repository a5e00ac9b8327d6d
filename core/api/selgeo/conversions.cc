// Reads a reported conversion, hands it to the booking that all dialects share, and words the outcome.
#include "core/actions/conversion_rounds.h"
#include "core/api/conversion_booking.h"
#include "core/api/json_output.h"
#include "core/api/selgeo/conversion_fields.h"
#include "core/api/selgeo/conversion_view.h"
#include "core/api/selgeo/handlers.h"
#include "core/api/selgeo/responses.h"

namespace footfall::core::selgeo {
namespace {

namespace json = boost::json;

ApiResponse response_to(const RecordedConversion& recorded, const ConversionFields& fields) {
  switch (recorded.outcome) {
    case RecordOutcome::booked:
      return json_response(conversion_view(recorded.conversion), 201);
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
    case RecordOutcome::customer_limit:  // limits that the command line has set
    case RecordOutcome::click_limit:
      return error_response(kSelgeo, 422, "The click has converted already", "CONVERSION_LIMIT_REACHED");
    case RecordOutcome::insufficient_deposit:  // where an operator made the account need one
      return error_response(kSelgeo, 402, "The deposit does not cover the commission", "INSUFFICIENT_DEPOSIT");
    case RecordOutcome::click_of_another:  // these are beyond what a report can say here
    case RecordOutcome::not_attributed:
    case RecordOutcome::amount_required:
    case RecordOutcome::amount_invalid:
    case RecordOutcome::amount_not_positive:
    case RecordOutcome::currency_mismatch:
    case RecordOutcome::budget_exceeded:
      break;
  }
  return error_response(kSelgeo, 500);
}

}  // namespace

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
  add_request(report, request);
  auto recorded = book(admitted, context, report);
  if (!recorded) return failure_response(kSelgeo, recorded.error(), request);
  return response_to(*recorded, fields);
}

}  // namespace footfall::core::selgeo
