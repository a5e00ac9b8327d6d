#include "core/api/conversion_booking.h"

namespace footfall::core {

void add_request(ConversionReport& report, const ApiRequest& request) {
  report.request_id = request.request_id;
  report.received_us = request.received_us;
  report.click_settled = request.click_wait == ClickWait::settled;
  report.click_may_still_come = request.click_wait == ClickWait::unheard;
}

Result<RecordedConversion> book(AdmittedRequest& admitted, WorkerContext& context, ConversionReport report) {
  report.caller_is_remembered = admitted.caller_is_remembered;
  auto recorded = context.rounds.record(context.database, admitted.caller(), std::move(report));
  if (recorded) admitted.caller_is_remembered = false;
  return recorded;
}

Result<void> confirm_caller(AdmittedRequest& admitted, WorkerContext& context) {
  if (!admitted.caller_is_remembered) return {};
  auto current = current_stamps(context.database, {admitted.caller().stamp});
  if (!current) return Failure(current.error());
  if (current->empty()) return unavailable(ErrorSource::us, "the key or its account has changed");
  admitted.caller_is_remembered = false;
  return {};
}

}  // namespace footfall::core
