// The header fields of answers that an OpenAPI document names: who asked (D-29), when to come again, and how much of a
// limit is left (D-19). Pure.
#pragma once

#include <boost/json.hpp>
#include <cstdint>

namespace footfall::core {

// As references to the components below: what stands in an answer of the API, and in an error of that status.
boost::json::object headers_of_answer();
boost::json::object headers_of_error(std::int64_t status);
boost::json::object header_components();

}  // namespace footfall::core
