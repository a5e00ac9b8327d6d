// What AffSpace's routes call.
#pragma once

#include <string_view>

#include "core/api/dialect_api.h"

namespace footfall::core::affspace {

ApiResponse report_conversion(AdmittedRequest& admitted, WorkerContext& context);   // AFS-17…41
ApiResponse list_conversions(AdmittedRequest& admitted, WorkerContext& context);    // AFS-49…55
ApiResponse show_conversion(AdmittedRequest& admitted, WorkerContext& context);     // AFS-56
ApiResponse report_event(AdmittedRequest& admitted, WorkerContext& context);        // AFS-42…46
ApiResponse show_statistics(AdmittedRequest& admitted, WorkerContext& context);     // AFS-57…61
ApiResponse list_offers(AdmittedRequest& admitted, WorkerContext& context);         // AFS-62…64
ApiResponse show_offer(AdmittedRequest& admitted, WorkerContext& context);          // AFS-65
ApiResponse show_profile(AdmittedRequest& admitted, WorkerContext& context);        // AFS-66
ApiResponse start_test_session(AdmittedRequest& admitted, WorkerContext& context);  // AFS-67…69
ApiResponse show_test_session(AdmittedRequest& admitted, WorkerContext& context);   // AFS-70
ApiResponse named_postback(AdmittedRequest& admitted, WorkerContext& context);      // AFS-47, AF-15: /pb/{endpoint_id}

// The one path of every conversion and of every event, by API or callback. `default_goal` and `default_type` are those
// of a request that names none.
ApiResponse take_conversion(AdmittedRequest& admitted, WorkerContext& context, std::string_view default_goal);
ApiResponse take_event(AdmittedRequest& admitted, WorkerContext& context, std::string_view default_type);

// The owner's log of a callback endpoint.
void log_postback(const AdmittedRequest& admitted, const ApiResponse& response, WorkerContext& context);

}  // namespace footfall::core::affspace
