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

ApiResponse json_response(const ExactObject& body, int status) {
  ApiResponse response;
  response.status = status;
  response.body = body.text();
  return response;
}

ExactObject& ExactObject::add_raw(std::string_view name, std::string_view json) {
  members_.raw(name, json);
  return *this;
}

ExactObject& ExactObject::add(std::string_view name, const json::value& value) {
  return add_raw(name, json::serialize(value));
}
ExactObject& ExactObject::add(std::string_view name, std::string_view text) {
  return add_raw(name, json::serialize(json::string_view(text.data(), text.size())));
}
ExactObject& ExactObject::add_decimal(std::string_view name, std::string_view decimal) {
  return add_raw(name, decimal);
}
ExactObject& ExactObject::add_object(std::string_view name, const ExactObject& object) {
  return add_raw(name, object.text());
}
ExactObject& ExactObject::add_list(std::string_view name, const std::vector<ExactObject>& elements) {
  std::string list;
  for (const ExactObject& element : elements) list.append(list.empty() ? "" : ",").append(element.text());
  return add_raw(name, "[" + list + "]");
}

}  // namespace footfall::core
