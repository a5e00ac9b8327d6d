// What Selgeo's routes call, and the responses that they share.
#pragma once

#include <vector>

#include "core/api/dialect_api.h"

namespace footfall::core::selgeo {

ApiResponse report_conversion(AdmittedRequest& admitted, WorkerContext& context);  // SEL-20…31

ApiResponse audit_conversion(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse audit_click(AdmittedRequest& admitted, WorkerContext& context);

// The merchant's log-in (SEL-13).
ApiResponse begin_session(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse renew_session(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse end_session(AdmittedRequest& admitted, WorkerContext& context);

// Webhook endpoints and their deliveries (SEL-46 to SEL-50).
ApiResponse list_webhooks(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse new_webhook(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse show_webhook(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse change_webhook(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse remove_webhook(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse rotate_webhook(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse test_webhook(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse list_deliveries_of_webhook(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse show_delivery(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse redeliver_webhook(AdmittedRequest& admitted, WorkerContext& context);

// 400 VALIDATION_ERROR with one detail for each field (SEL-34).
ApiResponse validation_response(const std::vector<FieldProblem>& problems);

}  // namespace footfall::core::selgeo
