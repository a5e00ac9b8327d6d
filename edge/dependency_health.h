// Checks Redis and core for readiness: whether they answer, and how far our clock is off. An edge takes clicks
// without them (promise 3), so readiness only mentions that they are down. A wrong clock makes the edge not ready,
// because clicks would carry wrong times (PROTOCOL.md 8). One thread asks every two seconds. A clock that jumps while
// Redis is down is noticed too, because it is compared with the steady clock.
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

class DependencyHealth {
 public:
  // All outlive this; `redis` is used by run()'s thread alone.
  DependencyHealth(redis::Redis& redis, http::ClientOptions core, const Clock& clock, Metrics& metrics);

  void run(std::stop_token stop);
  void check_redis();  // one round of each
  void check_core();

  // Thread-safe. Before the first answer Redis and core count as down, and the clock as right.
  // Both were asked at least once, and neither answered.
  bool both_are_down() const { return checked_once_.load() && !redis_is_up() && !core_is_up(); }
  bool redis_is_up() const { return redis_is_up_.load(std::memory_order_relaxed); }
  bool core_is_up() const { return core_is_up_.load(std::memory_order_relaxed); }
  std::int64_t clock_difference_us() const;  // ours less that of Redis

 private:
  static constexpr std::int64_t kNever = INT64_MIN;
  void set_up(std::atomic<bool>& is_up, bool now, const char* event);

  redis::Redis& redis_;
  const http::ClientOptions core_;
  const Clock& clock_;
  std::atomic<bool> checked_once_{false};
  std::atomic<bool> redis_is_up_{false};
  std::atomic<bool> core_is_up_{false};
  std::atomic<std::int64_t> reference_us_{kNever};  // Redis' wall time less our steady time
};

}  // namespace footfall::edge
