// What every JSON response is made of: values that may be null, exact decimals, and the response itself.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/request.h"
#include "proto/base/json_text.h"

namespace footfall::core {

boost::json::value nullable_text(const std::optional<std::string>& text);
boost::json::value nullable_text(const std::string& text);                // empty: null
boost::json::value nullable_time(const std::optional<std::int64_t>& us);  // ISO 8601 with milliseconds
boost::json::value nullable_number(const std::optional<std::int64_t>& number);

ApiResponse json_response(const boost::json::value& body, int status = 200);

// An object whose numbers may be decimals. They are written with the digits that they are given, so that an amount of
// money in major units never passes through floating point.
class ExactObject {
 public:
  ExactObject& add(std::string_view name, const boost::json::value& value);
  ExactObject& add(std::string_view name, std::string_view text);
  ExactObject& add_decimal(std::string_view name, std::string_view decimal);  // "99.99" → 99.99
  ExactObject& add_json(std::string_view name, std::string_view json) { return add_raw(name, json); }  // as written
  ExactObject& add_object(std::string_view name, const ExactObject& object);
  ExactObject& add_list(std::string_view name, const std::vector<ExactObject>& elements);
  std::string text() const { return members_.object(); }

 private:
  ExactObject& add_raw(std::string_view name, std::string_view json);
  JsonText members_;
};
ApiResponse json_response(const ExactObject& body, int status = 200);

}  // namespace footfall::core
