// Calendar days of a time zone, by PostgreSQL's own rules, which statistics are grouped by, too. A day is a number of
// days since 1970; days of 23 and 25 hours are as long as they are. UTC asks nobody.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/storage/database.h"

namespace footfall::core {

// The zone in its own spelling, by its name in lower case. None: there is no such zone.
Result<std::optional<std::string>> find_time_zone(Database& database, std::string_view folded_name);
// The first moment of that day in the zone.
Result<std::int64_t> start_of_day(Database& database, std::string_view zone, std::int64_t day);
// The day in which that moment lies in the zone.
Result<std::int64_t> day_of(Database& database, std::string_view zone, std::int64_t wall_us);

}  // namespace footfall::core
