// The log as the request workers use it. A worker hands closed batches over; one thread at a time writes and syncs
// them, and reports what became of each. The return of the sync releases the answers, and nothing else does (promise
// 1).
//
// Threads: accepts_from(), hand_over(), submit() and take_empty() are called by the worker that `worker` names, one
// thread each. Decided callbacks come on the log thread or within a submit(), in ticket order per worker. The rest is
// thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace footfall::edge {

// A worker's open batch: encoded clicks (wire::append_click), one after another. The log adds numbers and trailer.
struct OpenBatch {
  std::string clicks;
  std::uint32_t count = 0;
  std::uint64_t ticket = 0;  // the worker's own batch number, consecutive from 1
};

class ClickLog {
 public:
  using Decided = std::function<void(unsigned worker, std::uint64_t ticket, bool safe)>;
  virtual ~ClickLog() = default;

  // Whether the log takes clicks now: false while it is full, failing or closed. One atomic load.
  virtual bool accepts() const noexcept = 0;
  // Whether a click of this worker's would find room now: also false while as many of its batches wait as may wait, as
  // in a stall of the disk. A handler asks before it mints an id; a batch that is submitted all the same is decided
  // unsafe, after those before it.
  virtual bool accepts_from(unsigned worker) const noexcept = 0;
  // Takes the batch over, and waits for nothing.
  virtual void hand_over(unsigned worker, OpenBatch&& batch) = 0;
  // Takes the batch over. Waits for nothing, or for one write (LogOptions::own_write_us). If the hand-over is full or
  // the log does not accept, the callback says unsafe. Every ticket is decided exactly once.
  virtual void submit(unsigned worker, OpenBatch&& batch) = 0;
  // An empty batch whose buffer was used before, so that the hot path does not allocate.
  virtual OpenBatch take_empty(unsigned worker) = 0;

  virtual std::uint64_t head() const noexcept = 0;  // last number that is safe
};

}  // namespace footfall::edge
