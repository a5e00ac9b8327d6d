#include "core/api/range_bound.h"

#include "core/actions/reading/statistics.h"
#include "proto/base/bytes.h"

namespace footfall::core {

Result<std::int64_t> range_bound(Database& database, const Caller& caller, std::string_view text, std::int64_t time_us,
                                 RangeEnd end) {
  constexpr std::int64_t kDay_us = 86'400'000'000;
  constexpr std::int64_t kMillisecond_us = 1'000;
  constexpr std::size_t kDateBytes = 10;  // 2024-01-31
  const std::string_view value = trim(text);
  const bool is_last = end == RangeEnd::last;
  const bool is_date = value.size() == kDateBytes && value.find('-') != std::string_view::npos;
  if (!is_date) return time_us + (is_last ? kMillisecond_us : 0);
  return start_of_local_day(database, caller, time_us / kDay_us + (is_last ? 1 : 0));
}

}  // namespace footfall::core
