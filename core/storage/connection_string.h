// Connection strings of libpq, looked at and changed without connecting.
#pragma once

#include <cstdint>
#include <string>

#include "proto/base/result.h"

namespace footfall::core {

// Whether libpq understands it. The error repeats nothing of `url`: it may hold a password.
Result<void> check_connection_string(const std::string& url);

// How long PostgreSQL may take; 0: no limit. Beyond it the statement fails as unavailable (57014, 55P03).
struct TimeLimits {
  std::int64_t statement_ms = 0;
  std::int64_t lock_ms = 0;  // for a lock, within that
};
// `url`, which libpq understands, with these limits for all statements of its connections. What `url` says itself, in
// its `options`, wins.
std::string with_time_limits(const std::string& url, const TimeLimits& limits);

}  // namespace footfall::core
