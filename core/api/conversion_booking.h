// How an API books the report of a conversion, whichever dialect it is in.
#pragma once

#include "core/actions/conversion_report.h"
#include "core/api/dialect_api.h"
#include "core/api/worker_context.h"

namespace footfall::core {

// Fills in the request's id and time, and how far its wait for the click has come. A wait that timed out is the
// caller's to answer: there is nothing to book then.
void add_request(ConversionReport& report, const ApiRequest& request);

// Books in the round of all workers, which confirms the caller too. Unavailable if the caller has changed: whatever
// the handler answers then, admission looks the key up and calls it again.
Result<RecordedConversion> book(AdmittedRequest& admitted, WorkerContext& context, ConversionReport report);

// For an effect that is no booking: confirms the caller at once.
Result<void> confirm_caller(AdmittedRequest& admitted, WorkerContext& context);

}  // namespace footfall::core
