// What the attribution audits of a conversion and of a click have in common. A thing of the key's other mode is 422
// MODE_MISMATCH, as it is when a conversion names it (SEL-31); another account's is not found.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/actions/reading/clicks.h"
#include "core/actions/reading/conversions.h"
#include "core/api/request.h"
#include "core/api/responses.h"

namespace footfall::core::selgeo {

// Of what is not there in the key's mode. `noun`: "click" or "conversion".
ApiResponse absent_response(const Result<bool>& in_other_mode, std::string_view noun, const ApiRequest& request);
boost::json::object click_part(const StoredClick& click);
// The terms as they were frozen, and the sum that they led to. Null: the conversion has none.
boost::json::value commission_part(const ConversionRow& row);
// The value that stored JSON spells. Null: there is none.
boost::json::value parsed_json(const std::optional<std::string>& text);

}  // namespace footfall::core::selgeo
