// What every dialect serves of its own description, to anybody: GET /openapi.json and GET /docs.
#pragma once

#include "core/api/dialect_api.h"

namespace footfall::core {

// The document, with the address under which it was asked for as its server. An ETag; 304 for who has it already.
ApiResponse show_openapi(AdmittedRequest& admitted, WorkerContext& context);
// The same as a page.
ApiResponse show_api_page(AdmittedRequest& admitted, WorkerContext& context);

}  // namespace footfall::core
