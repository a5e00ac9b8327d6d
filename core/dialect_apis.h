// All dialects' APIs, and their routes for programs to read: `footfall-core routes` prints them, and a test compares
// them with what the black-box tests exercise.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/api/dialect_api.h"

namespace footfall::core {

std::vector<std::unique_ptr<DialectApi>> all_dialect_apis();  // one of each

// One JSON object per line, in the order of the tables: dialect, method, path, access, limit, body.
std::string describe_routes();

// The dialect's OpenAPI document, as GET /openapi.json answers it but without the address of a server.
std::string describe_in_openapi(wire::Dialect dialect);

}  // namespace footfall::core
