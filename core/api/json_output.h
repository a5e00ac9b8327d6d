// What every JSON response is made of: values that may be null, and the response itself.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "core/api/request.h"

namespace footfall::core {

boost::json::value nullable_text(const std::optional<std::string>& text);
boost::json::value nullable_text(const std::string& text);                // empty: null
boost::json::value nullable_time(const std::optional<std::int64_t>& us);  // ISO 8601 with milliseconds
boost::json::value nullable_number(const std::optional<std::int64_t>& number);

ApiResponse json_response(const boost::json::value& body, int status = 200);

}  // namespace footfall::core
