// Time behind an interface, so that tests and the simulator decide it. Wall time is for records, steady time for waits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/base/result.h"

namespace footfall {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t wall_us() const = 0;    // microseconds since 1970 UTC; may jump
  virtual std::int64_t steady_us() const = 0;  // monotonic, for deadlines; no epoch
  virtual void sleep_us(std::int64_t us) const = 0;
};

Clock& system_clock();

std::string iso8601_ms(std::int64_t wall_us);               // 2024-01-15T10:30:00.000Z
Result<std::int64_t> parse_iso8601(std::string_view text);  // date or date-time, Z or offset; → wall us
// "90", "90s", "15m", "12h", "30d" → seconds, at least 1.
Result<std::int64_t> parse_duration_s(std::string_view text);
std::string http_date(std::int64_t wall_us);  // Sun, 06 Nov 1994 08:49:37 GMT

}  // namespace footfall
