// What readiness says of Redis and core: whether they are there, and how far our clock is off. Neither stops the edge
// from taking clicks (promise 3), so being away is only said; a wrong clock does, for clicks would bear wrong times
// (PROTOCOL.md 8). One thread asks every two seconds; a clock that jumps while Redis is away is seen all the same.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <stop_token>

#include "proto/base/clock.h"
#include "proto/base/metrics.h"
#include "proto/http/client.h"
#include "proto/redis/client.h"

namespace footfall::edge {

inline constexpr std::int64_t kClockDifferenceMaxUs = 60'000'000;

class Neighbours {
 public:
  // All outlive this; `redis` is used by run()'s thread alone.
  Neighbours(redis::Redis& redis, http::ClientOptions core, const Clock& clock, Metrics& metrics);

  void run(std::stop_token stop);
  void ask_redis();  // one round of each
  void ask_core();

  // Thread-safe. Before the first answer a neighbour counts as away, and the clock as right.
  bool both_are_away() const { return asked_.load() && !redis_is_there() && !core_is_there(); }  // asked, in vain
  bool redis_is_there() const { return redis_is_there_.load(std::memory_order_relaxed); }
  bool core_is_there() const { return core_is_there_.load(std::memory_order_relaxed); }
  std::int64_t clock_difference_us() const;  // ours less that of Redis

 private:
  static constexpr std::int64_t kNever = INT64_MIN;
  void note(std::atomic<bool>& is_there, bool now, const char* event);

  redis::Redis& redis_;
  const http::ClientOptions core_;
  const Clock& clock_;
  std::atomic<bool> asked_{false};
  std::atomic<bool> redis_is_there_{false};
  std::atomic<bool> core_is_there_{false};
  std::atomic<std::int64_t> reference_us_{kNever};  // Redis' wall time less our steady time
};

}  // namespace footfall::edge
