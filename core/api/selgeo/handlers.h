// What Selgeo's routes call, and the responses that they share.
#pragma once

#include <vector>

#include "core/api/dialect_api.h"

namespace footfall::core::selgeo {

ApiResponse report_conversion(AdmittedRequest& admitted, WorkerContext& context);  // SEL-20…31

ApiResponse audit_conversion(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse audit_click(AdmittedRequest& admitted, WorkerContext& context);

// 400 VALIDATION_ERROR with one detail for each field (SEL-34).
ApiResponse validation_response(const std::vector<FieldProblem>& problems);

}  // namespace footfall::core::selgeo
