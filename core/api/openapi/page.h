// An OpenAPI document as a page: a list of the operations, and each with its parameters, body, answers and schemas that
// are named by links. One HTML document with its style sheet in it; no script, nothing from elsewhere. Pure.
#pragma once

#include <boost/json.hpp>
#include <string>

namespace footfall::core {

std::string openapi_page(const boost::json::object& document);

}  // namespace footfall::core
