// A call that sends a test ping is answered when the ping's delivery has ended, and keeps no worker meanwhile. One
// thread looks for all calls that wait, at most kWaitingMax of them; each waits for at most bound_us. Beyond either
// bound the call is answered with what is stored then.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/storage/database.h"
#include "proto/base/clock.h"
#include "proto/base/lifecycle.h"
#include "proto/base/metrics.h"
#include "proto/base/thread_annotations.h"

namespace footfall::core {

struct DeliveryWaiterOptions {
  std::string postgres_url;
  std::int64_t bound_us = 5'000'000;
  std::int64_t poll_us = 50'000;
};

class DeliveryWaiter {
 public:
  static constexpr std::size_t kWaitingMax = 256;
  using Done = std::function<void()>;

  // Clock and metrics must outlive it.
  DeliveryWaiter(DeliveryWaiterOptions options, const Clock& clock, Metrics& metrics);
  ~DeliveryWaiter();  // stops
  DeliveryWaiter(const DeliveryWaiter&) = delete;
  DeliveryWaiter& operator=(const DeliveryWaiter&) = delete;

  // Calls `done` once, on the waiter's thread (or at once when kWaitingMax wait already, or after stop()). `delivery`:
  // a public id. Thread-safe.
  void wait_for(std::string delivery, Done done);
  // Calls everything that still waits, and ends the thread. Idempotent; not to be called on two threads at once.
  void stop();

 private:
  struct PendingWait {
    std::string delivery;
    std::int64_t deadline_us = 0;
    Done done;
  };
  void run(const std::stop_token& stop);
  // Takes those out whose wait is over.
  std::vector<PendingWait> take_ended(Database& database, std::vector<PendingWait>& under_way, bool stopping) const;

  const DeliveryWaiterOptions options_;
  const Clock& clock_;
  Mutex mutex_;
  std::condition_variable_any wake_up_;
  std::vector<PendingWait> new_waits_ FOOTFALL_GUARDED_BY(mutex_);
  std::size_t waiting_count_ FOOTFALL_GUARDED_BY(mutex_) = 0;  // these and those that the thread looks for
  bool stopped_ FOOTFALL_GUARDED_BY(mutex_) = false;
  Gauge& waiting_;
  Worker thread_;
};

}  // namespace footfall::core
