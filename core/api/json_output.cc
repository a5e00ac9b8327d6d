#include "core/api/json_output.h"

#include "proto/base/clock.h"

namespace footfall::core {

namespace json = boost::json;

json::value nullable_text(const std::optional<std::string>& text) {
  return text ? json::value(*text) : json::value(nullptr);
}
json::value nullable_text(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }
json::value nullable_time(const std::optional<std::int64_t>& us) {
  return us ? json::value(iso8601_ms(*us)) : json::value(nullptr);
}
json::value nullable_number(const std::optional<std::int64_t>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

ApiResponse json_response(const json::value& body, int status) {
  ApiResponse response;
  response.status = status;
  response.body = json::serialize(body);
  return response;
}

}  // namespace footfall::core
