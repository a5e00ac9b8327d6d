// Affily's responses that several routes have: errors with details that name the fields, and lists.
#pragma once

#include <boost/json.hpp>
#include <string_view>
#include <vector>

#include "core/api/dialect_api.h"
#include "core/api/json_output.h"

namespace footfall::core::affily {

inline constexpr wire::Dialect kAffily = wire::Dialect::affily;

// {"error": {"code", "message", "details"}} with the code of the status (AFY-05); `message` empty: the usual one.
ApiResponse error_with_details(int status, boost::json::object details, std::string_view message = {});
// 422, 404 or whatever `status` is, about one field.
ApiResponse field_response(int status, std::string_view field, std::string_view message);
// AY-1: 400 for a query, or a body that is not JSON; 422 for JSON that does not fit.
ApiResponse invalid_query(const FieldReader& read);
ApiResponse invalid_body(const FieldReader& read, RequestInput& input);

// {"data", "next_cursor", "has_more"} (AFY-20); `next_cursor` empty: there are no more.
ApiResponse page_response(const std::vector<ExactObject>& items, std::string_view next_cursor);

}  // namespace footfall::core::affily
