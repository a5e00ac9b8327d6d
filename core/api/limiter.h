// Limits of calls: exactly N in a window of 60 seconds that begins with the first call (PROTOCOL.md 17, SE-19), one
// counter per zone and subject (key or address), shared by every process over Redis. With Redis away each process
// enforces the full limit alone.
//
// A Limiter belongs to one thread and has its own connection to Redis; what it counts while Redis is away is shared by
// the process's threads in a LocalWindows, which holds at most kSubjectsMax subjects (beyond: the oldest windows go).
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "proto/base/clock.h"
#include "proto/base/crypto.h"
#include "proto/base/thread_annotations.h"
#include "proto/redis/client.h"

namespace footfall::core {

struct LimitVerdict {
  bool allowed = true;
  std::int64_t limit = 0;
  std::int64_t remaining = 0;      // after this call
  std::int64_t reset_after_s = 0;  // until the window ends, rounded up, at least 1
};

inline constexpr std::int64_t kLimitWindowMs = 60'000;

class LocalWindows {
 public:
  static constexpr std::size_t kSubjectsMax = 100'000;
  explicit LocalWindows(const Clock& clock) : clock_(clock) {}
  LimitVerdict take(const std::string& subject, std::int64_t limit);

 private:
  struct Window {
    std::int64_t ends_us;
    std::int64_t count;
    std::list<std::string>::iterator order;
  };
  const Clock& clock_;
  Mutex mutex_;
  // Addresses are a stranger's choice, so the hash is keyed.
  std::unordered_map<std::string, Window, KeyedHash, std::equal_to<>> windows_ FOOTFALL_GUARDED_BY(mutex_);
  std::list<std::string> order_ FOOTFALL_GUARDED_BY(mutex_);  // oldest window first
};

class Limiter {
 public:
  Limiter(redis::Redis& redis, LocalWindows& local) : redis_(redis), local_(local) {}
  LimitVerdict take(std::string_view zone, std::string_view subject, std::int64_t limit);

 private:
  redis::Redis& redis_;
  LocalWindows& local_;
  std::string script_sha_;
};

}  // namespace footfall::core
