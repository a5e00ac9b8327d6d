// Who asks for a click that is unknown, a conversion or its audit, waits on numbers, never on clocks (PROTOCOL.md 12).
// The waiter raises a tick, edges echo it in their next heartbeat together with the head that they sampled after
// reading it, and the wait ends when ingest has stored every head so sampled, for every open incarnation that could
// hold the click: those of the edge that the id names, or all when a client minted it.
//
// One thread looks for all waiting calls, at most kWaitingMax of them; beyond, and past the bound, they time out. Every
// poll_ms it reads in Redis what edges and ingest said last. When a wait seems to be over by that, and every
// kStoredLookUs in any case, it asks PostgreSQL, which alone decides.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/api/request.h"
#include "core/storage/database.h"
#include "proto/base/clock.h"
#include "proto/base/lifecycle.h"
#include "proto/base/metrics.h"
#include "proto/base/thread_annotations.h"
#include "proto/redis/client.h"
#include "proto/wire/ids.h"

namespace footfall::core {

// What is known of one incarnation when the waiter looks.
struct IncarnationView {
  wire::Incarnation incarnation;
  std::uint32_t edge_number = 0;
  std::uint64_t head = 0;      // of the last heartbeat
  std::uint64_t tick = 0;      // that it echoed
  std::uint64_t position = 0;  // stored up to here
  bool ended = false;
  bool excused = false;  // retired by the operator, or silent beyond the configured bound
};

// What a wait has learnt so far; `heads` are the numbers to reach, by incarnation.
struct WaitProgress {
  std::uint64_t tick = 0;
  std::optional<std::uint32_t> edge_number;  // none: every incarnation could hold the click
  std::map<wire::Incarnation, std::uint64_t> heads;
};

// Pure: looks at the incarnations and says whether the wait is over. Remembers heads in `progress`.
ClickWait judge_wait(WaitProgress& progress, std::span<const IncarnationView> incarnations);

struct ClickWaiterOptions {
  std::string postgres_url;
  redis::Options redis;
  std::int64_t bound_ms = 2'000;
  std::int64_t poll_ms = 1;
};

class ClickWaiter {
 public:
  static constexpr std::size_t kWaitingMax = 10'000;
  static constexpr std::int64_t kStoredLookUs = 50'000;
  static constexpr std::int64_t kDisagreementUs = 10'000;  // between looks while PostgreSQL knows less than Redis says
  using Done = std::function<void(ClickWait)>;

  ClickWaiter(ClickWaiterOptions options, const Clock& clock, Metrics& metrics);
  ~ClickWaiter();  // stops
  ClickWaiter(const ClickWaiter&) = delete;
  ClickWaiter& operator=(const ClickWaiter&) = delete;

  // Calls `done` once, on the waiter's thread (or at once when kWaitingMax wait already, or after stop()). Thread-safe.
  void wait_for(const wire::ClickId& click, Done done);
  // Times out everything that still waits, and ends the thread. Idempotent; not to be called on two threads at once.
  void stop();

 private:
  struct PendingWait {
    WaitProgress progress;
    std::int64_t deadline_us = 0;
    wire::ClickId click;
    Done done;
  };
  void run(const std::stop_token& stop);
  // What each wait has come to; empty while PostgreSQL need not be asked, or where a server does not answer.
  std::vector<ClickWait> judge(Database& database, redis::Redis& redis, std::span<PendingWait> waits);

  ClickWaiterOptions options_;
  const Clock& clock_;
  Mutex mutex_;
  std::condition_variable_any wake_up_;
  std::vector<PendingWait> new_waits_ FOOTFALL_GUARDED_BY(mutex_);  // without a tick yet
  std::size_t waiting_count_ FOOTFALL_GUARDED_BY(mutex_) = 0;       // these and those with a tick
  bool stopped_ FOOTFALL_GUARDED_BY(mutex_) = false;
  std::int64_t stored_look_us_ = 0;  // when PostgreSQL was asked last
  bool last_look_settled_ = true;    // a wait
  Key128 tag_key_{};
  bool tag_key_known_ = false;
  Counter& settled_;
  Counter& unheard_;
  Counter& timed_out_;
  Histogram& seconds_;
  Worker thread_;
};

}  // namespace footfall::core
