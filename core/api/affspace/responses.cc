#include "core/api/affspace/responses.h"

#include "core/api/json_output.h"

namespace footfall::core::affspace {

namespace json = boost::json;

ApiResponse success(json::value data) { return json_response({{"success", true}, {"data", std::move(data)}}); }

ApiResponse success_page(json::array data, std::string_view next_cursor) {
  const json::object pagination = {{"hasMore", !next_cursor.empty()},
                                   {"nextCursor", nullable_text(std::string(next_cursor))}};
  return json_response({{"success", true}, {"data", std::move(data)}, {"meta", {{"pagination", pagination}}}});
}

ApiResponse validation_response(std::string_view message) {
  return error_response(kAffSpace, 400, message, "VALIDATION_ERROR");
}
ApiResponse validation_response(const std::vector<FieldProblem>& problems) {
  return validation_response(problems.front().message);
}
ApiResponse not_found_response(std::string_view message) {
  return error_response(kAffSpace, 404, message, "NOT_FOUND");
}

}  // namespace footfall::core::affspace
