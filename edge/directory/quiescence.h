// Decides when memory that readers can no longer find may be reused. A worker is pinned while it may still hold what it
// found before; what the writer retires is freed once every worker has been unpinned at some moment since then.
//
// Why it is right: pinning stores the worker's counter, and replacing something stores a pointer. Each is followed by a
// load of the other one, and all are sequentially consistent. So either the writer sees the worker pinned and waits
// for it, or the worker already sees the new pointer.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

namespace footfall::edge {

class Quiescence {
 public:
  explicit Quiescence(unsigned workers);

  // Worker's side; each number is used by one thread.
  void pin(unsigned worker);
  void unpin(unsigned worker);

  // Writer's side. `free` runs on the writer's thread, in a later reclaim(). It may be costly; it never throws.
  void retire(std::function<void()> free);
  // Frees what may be freed. Retired things of one call to reclaim share one look at the workers.
  void reclaim();
  std::size_t waiting() const;
  // Only once no reader is left: frees everything.
  void drain();

 private:
  struct alignas(64) Worker {
    std::atomic<std::uint64_t> passes{0};  // odd: pinned
  };
  struct Batch {
    std::vector<std::uint64_t> seen;  // passes of each worker when the batch was closed
    std::vector<std::function<void()>> frees;
  };

  bool passed(Batch& batch) const;

  const unsigned workers_;
  std::unique_ptr<Worker[]> worker_;
  std::vector<std::function<void()>> open_;
  std::deque<Batch> closed_;
};

}  // namespace footfall::edge
