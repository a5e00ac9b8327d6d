// What every dialect serves of its own description, to anybody: GET /openapi.json, and GET /docs with its script and
// its style sheet. Each has an ETag; 304 for who has it already. Script and style sheet are sent as gzip, whatever was
// asked for: every browser takes it.
#pragma once

#include "core/api/dialect_api.h"

namespace footfall::core {

// The document, with the address under which it was asked for as its server.
ApiResponse show_openapi(AdmittedRequest& admitted, WorkerContext& context);
// The same for people to read, and to try: Swagger UI (core/api/docs).
ApiResponse show_docs(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse show_docs_script(AdmittedRequest& admitted, WorkerContext& context);
ApiResponse show_docs_style(AdmittedRequest& admitted, WorkerContext& context);

}  // namespace footfall::core
