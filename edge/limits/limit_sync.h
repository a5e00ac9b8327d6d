// Shares the counts of KeyLimits between edges through Redis: every kSyncIntervalMs each edge adds what it has allowed
// since, and reads the total, so that a count is at most a second old everywhere. One command per key with an open
// window, all in one write. With Redis away each process enforces the full limit alone (PROTOCOL.md 17).
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "edge/limits/key_limits.h"
#include "proto/base/clock.h"
#include "proto/base/metrics.h"
#include "proto/redis/client.h"

namespace footfall::edge {

inline constexpr std::int64_t kSyncIntervalMs = 400;  // twice, and a round trip, is within a second

class LimitSync {
 public:
  // All outlive this; `redis` is used by run()'s thread alone.
  LimitSync(KeyLimits& limits, redis::Redis& redis, const Clock& clock, Metrics& metrics);

  void run(std::stop_token stop);
  // One round. False if Redis was not there.
  bool share();

 private:
  struct Pending {
    KeyLimits::Usage usage;
    std::string key;
    std::string added;
    std::string life_ms;
  };
  bool send(std::size_t from, std::size_t to, std::int64_t now_ms);

  KeyLimits& limits_;
  redis::Redis& redis_;
  const Clock& clock_;
  Counter& failures_;
  std::vector<Pending> pending_;
  bool works_ = true;
};

}  // namespace footfall::edge
