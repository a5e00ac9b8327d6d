// Passes batches from a worker to the thread that writes, and their empty buffers back: two bounded rings per worker,
// each with one producer and one consumer. Nobody waits and no lock is taken.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "edge/log/click_log.h"

namespace footfall::edge {

// One thread pushes, one pops. The slots keep their batches' buffers: a push swaps.
class BatchRing {
 public:
  explicit BatchRing(std::size_t capacity) : slots_(capacity) {}

  bool push(OpenBatch& batch) {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_acquire) == slots_.size()) return false;
    std::swap(slots_[tail % slots_.size()], batch);
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  // Of the thread that pushes: whether so many more fit. What the other one takes meanwhile can only make it more.
  bool has_room_for(std::size_t count) const {
    const std::size_t used = tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_acquire);
    return used + count <= slots_.size();
  }

  // The oldest, none if empty. It stays until pop().
  OpenBatch* front() {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_.load(std::memory_order_acquire)) return nullptr;
    return &slots_[head % slots_.size()];
  }
  void pop() { head_.store(head_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

 private:
  std::vector<OpenBatch> slots_;
  alignas(64) std::atomic<std::size_t> head_{0};
  alignas(64) std::atomic<std::size_t> tail_{0};
};

// A worker asks whether there is room before it begins a batch. One that finds the ring full all the same is refused by
// leaving its ticket out: the writing thread sees the gap. So every ticket is decided in one place and in order, and
// handing over never waits. `submitted` is stored after the push. A thread that reads `submitted` first and then
// empties the ring has therefore seen every ticket up to it, or the ticket was refused.
class Handover {
 public:
  explicit Handover(std::size_t capacity) : batches_(capacity), empties_(capacity) {}

  // Worker.
  // For the batch that is open, and for the next one if that fills.
  bool has_room() const { return batches_.has_room_for(2); }
  void submit(OpenBatch& batch) {
    const std::uint64_t ticket = batch.ticket;
    batches_.push(batch);
    submitted_.store(ticket, std::memory_order_release);
  }
  OpenBatch take_empty() {
    OpenBatch batch;
    if (OpenBatch* used = empties_.front()) {
      std::swap(batch, *used);
      empties_.pop();
    }
    return batch;
  }

  // The thread that writes (FileClickLog::write_mutex_, or the shipper's).
  std::uint64_t submitted() const { return submitted_.load(std::memory_order_acquire); }
  OpenBatch* front() { return batches_.front(); }
  void pop_front() {
    OpenBatch* batch = batches_.front();
    batch->clicks.clear();
    batch->count = 0;
    batch->ticket = 0;
    empties_.push(*batch);  // if full, the buffer stays in the slot
    batches_.pop();
  }

  std::uint64_t decided = 0;  // last ticket decided

 private:
  BatchRing batches_;
  BatchRing empties_;
  alignas(64) std::atomic<std::uint64_t> submitted_{0};
};

// One thread sleeps, any thread wakes it; a wake that comes before the sleep is not lost. Costs the waker a system call
// only if there is a sleeper.
class ThreadWaker {
 public:
  void wake();
  // Sleeps until wake(), at most `us`, unless `ready()` holds.
  template <typename Ready>
  void wait(std::int64_t us, Ready ready) {
    sleeping_.store(1, std::memory_order_seq_cst);
    std::atomic_thread_fence(std::memory_order_seq_cst);  // pairs with the one in wake()
    if (!ready()) sleep(us);
    sleeping_.store(0, std::memory_order_relaxed);
  }

 private:
  void sleep(std::int64_t us);
  std::atomic<std::uint32_t> sleeping_{0};
};

}  // namespace footfall::edge
