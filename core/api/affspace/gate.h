// The door of every AffSpace call: the key in any of its four places (AFS-02…04, AF-2) and the limits of its zones
// (AFS-13…16). And the two envelopes, which everything that answers uses.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string_view>
#include <variant>

#include "core/actions/authenticate.h"
#include "core/api/affspace/parameters.h"
#include "core/api/desk.h"

namespace footfall::core::affspace {

// X-API-Key, then Bearer, then `secure` of body or query; without `parameters`, which reads have no other use for, of
// the query alone. Empty: none was given.
std::string presented_key(const Call& call, Parameters* parameters);

// The caller, or the answer that refuses him: 401 UNAUTHORIZED, 401 INVALID_API_KEY, 429.
std::variant<Caller, Answer> admit(const Call& call, Desk& desk, std::string_view key, std::string_view zone);

// {"success": true, "data": …}
Answer success(boost::json::value data);
// … with "meta": {"pagination": {"hasMore", "nextCursor"}}; an empty cursor means that there is no more.
Answer success_page(boost::json::array data, std::string_view next_cursor);
Answer refuse_validation(std::string_view message);  // 400 VALIDATION_ERROR
Answer refuse_not_found(std::string_view message);   // 404 NOT_FOUND

// "100", clamped to 1 … max (AF-21). None: not a number.
std::optional<int> read_limit(const Call& call, int fallback, int max);

// Unix milliseconds, unix seconds (up to 11 digits) or ISO 8601 (AF-24) → wall us. None: none of these.
std::optional<std::int64_t> read_time(std::string_view text);
// The end of a range that includes what it names: just past the millisecond, or past the day of a date alone.
std::optional<std::int64_t> read_end(std::string_view text);

}  // namespace footfall::core::affspace
