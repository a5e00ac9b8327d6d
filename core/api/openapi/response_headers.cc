#include "core/api/openapi/response_headers.h"

#include <string>
#include <string_view>

#include "core/api/openapi/schema_notation.h"

namespace footfall::core {
namespace {

namespace json = boost::json;

struct Header {
  std::string_view name;
  std::string_view type;  // in the notation of schemas
};
constexpr Header kRequestId = {"X-Request-Id", "string # The caller's, or a new one"};
constexpr Header kRetryAfter = {"Retry-After", "integer # In how many seconds to come again"};
constexpr Header kLimits[] = {
    {"X-RateLimit-Limit", "integer # How many calls a window has room for"},
    {"X-RateLimit-Remaining", "integer # How many of them are left"},
    {"X-RateLimit-Reset", "integer # When the window ends, in Unix seconds"},
};

void refer(json::object& headers, const Header& header) {
  headers[header.name] = {{"$ref", "#/components/headers/" + std::string(header.name)}};
}

void define(json::object& headers, const Header& header) {
  json::object schema = expand_type(header.type).as_object();
  json::object made{{"description", schema.at("description")}};
  schema.erase("description");
  made["schema"] = std::move(schema);
  headers[header.name] = std::move(made);
}

}  // namespace

json::object headers_of_answer() {
  json::object headers;
  refer(headers, kRequestId);
  return headers;
}

json::object headers_of_error(std::int64_t status) {
  json::object headers = headers_of_answer();
  if (status == 429 || status == 503) refer(headers, kRetryAfter);
  if (status != 429) return headers;
  for (const Header& header : kLimits) refer(headers, header);
  return headers;
}

json::object header_components() {
  json::object headers;
  define(headers, kRequestId);
  define(headers, kRetryAfter);
  for (const Header& header : kLimits) define(headers, header);
  return headers;
}

}  // namespace footfall::core
