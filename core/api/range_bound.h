// One end of a range of time in a query, as callers mean it: a date without a time is a whole day of the account's time
// zone, and the end is inside the range.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/actions/caller.h"
#include "core/storage/database.h"

namespace footfall::core {

enum class RangeEnd : std::uint8_t { first, last };

// `time_us` is what `text` was read as. The bound to filter by: inclusive for the first, exclusive for the last, which
// takes in the whole day, or a moment's own millisecond. A failure is the database's.
Result<std::int64_t> range_bound(Database& database, const Caller& caller, std::string_view text, std::int64_t time_us,
                                 RangeEnd end);

}  // namespace footfall::core
