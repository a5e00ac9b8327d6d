// The follower's metrics. What a scrape reads lives in shared State, so that it may outlive the follower.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "edge/directory/follow_policy.h"
#include "proto/base/clock.h"
#include "proto/base/metrics.h"

namespace footfall::edge {

class DirectoryStore;

class FollowerProbe {
 public:
  struct State {
    std::atomic<std::uint64_t> epoch{0};
    std::atomic<std::uint64_t> version{0};
    std::atomic<std::uint64_t> links{0};
    std::atomic<std::uint64_t> bytes{0};
    std::atomic<std::int64_t> known_us{0};
    std::atomic<bool> redis_usable{false};
  };

  FollowerProbe(Metrics& metrics, const Clock& clock);

  void sizes(const DirectoryStore& store);
  void position(DirectoryPosition position);
  void known(std::int64_t steady_us) { state->known_us.store(steady_us, std::memory_order_relaxed); }
  void redis_usable(bool usable) { state->redis_usable.store(usable, std::memory_order_relaxed); }
  void reload(const std::string& reason);
  double staleness_s() const;

  const std::shared_ptr<State> state;
  Counter& changes_applied;
  Counter& entities_refused;
  Counter& reload_failures;
  Counter& polls;
  Counter& snapshots_saved;
  Counter& snapshot_save_failures;
  Counter& snapshot_load_failures;
  Histogram& apply_delay;

 private:
  Metrics& metrics_;
  const Clock& clock_;
};

}  // namespace footfall::edge
