#include "core/api/affily/responses.h"

namespace footfall::core::affily {

namespace json = boost::json;

namespace {

// The first field by itself, for those who read one, and the message of each.
json::object details_of(const std::vector<FieldProblem>& problems) {
  json::object fields;
  for (const FieldProblem& problem : problems) {
    if (!fields.contains(problem.field)) fields[problem.field] = problem.message;
  }
  return {{"field", problems.front().field}, {"fields", std::move(fields)}};
}

}  // namespace

ApiResponse error_with_details(int status, json::object details, std::string_view message) {
  const wire::ErrorText text = wire::error_text(kAffily, status, message);
  ApiResponse response = json_response(
      {{"error", {{"code", text.code}, {"message", text.message}, {"details", std::move(details)}}}}, status);
  response.outcome = {std::string(text.code), std::string(text.message), std::nullopt};
  return response;
}

ApiResponse field_response(int status, std::string_view field, std::string_view message) {
  return error_with_details(status, details_of({{std::string(field), std::string(message)}}), message);
}

ApiResponse invalid_query(const FieldReader& read) {
  return error_with_details(400, details_of(read.problems()), "Invalid query");
}

ApiResponse invalid_body(const FieldReader& read, RequestInput& input) {
  // A body that is JSON, but no object, has been read and does not fit.
  const bool is_json = !input.body_problem() || input.body_problem()->message.starts_with("Expected object");
  return error_with_details(is_json ? 422 : 400, details_of(read.problems()), "Invalid body");
}

ApiResponse page_response(const std::vector<ExactObject>& items, std::string_view next_cursor) {
  ExactObject body;
  body.add_list("data", items)
      .add("next_cursor", nullable_text(std::string(next_cursor)))
      .add("has_more", json::value(!next_cursor.empty()));
  return json_response(body);
}

}  // namespace footfall::core::affily
