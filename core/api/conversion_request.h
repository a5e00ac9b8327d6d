// What the report of a conversion takes from its request, whichever dialect it is in. Pure.
#pragma once

#include "core/actions/conversion_report.h"
#include "core/api/request.h"

namespace footfall::core {

// The request's id and time, and how far its wait for the click has come. A wait that timed out is the caller's to
// answer: there is nothing to book then.
void add_request(ConversionReport& report, const ApiRequest& request);

}  // namespace footfall::core
