// AffSpace's two envelopes (AFS-05, AFS-06, AFS-49), which everything that answers uses.
#pragma once

#include <boost/json.hpp>
#include <string_view>

#include "core/api/field_reader.h"
#include "core/api/responses.h"

namespace footfall::core::affspace {

inline constexpr wire::Dialect kAffSpace = wire::Dialect::affspace;

// {"success": true, "data": …}
ApiResponse success(boost::json::value data);
// … with "meta": {"pagination": {"hasMore", "nextCursor"}}; an empty cursor means that there is no more.
ApiResponse success_page(boost::json::array data, std::string_view next_cursor);
ApiResponse validation_response(std::string_view message);                   // 400 VALIDATION_ERROR
ApiResponse validation_response(const std::vector<FieldProblem>& problems);  // … with the first one's message
ApiResponse not_found_response(std::string_view message);                    // 404 NOT_FOUND

}  // namespace footfall::core::affspace
