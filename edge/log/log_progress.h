// Knows how far the running incarnation has been written, and lets the shipper sleep until more is. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>

#include "proto/base/thread_annotations.h"

namespace footfall::edge {

class LogProgress {
 public:
  std::uint64_t head() const noexcept { return head_.load(std::memory_order_acquire); }
  std::uint64_t shippable() const noexcept { return shippable_.load(std::memory_order_acquire); }

  // The writer's. Wakes the shipper only when it sleeps and has what it waits for.
  void set_head(std::uint64_t number) { head_.store(number, std::memory_order_release); }
  void set_shippable(std::uint64_t number) {
    shippable_.store(number, std::memory_order_seq_cst);
    if (number > sleeper_waits_beyond_.load(std::memory_order_seq_cst)) wake();
  }

  void wait_beyond(std::uint64_t number, std::int64_t us) {
    MutexLock lock(mutex_);
    sleeper_waits_beyond_.store(number, std::memory_order_seq_cst);
    woken_.wait_for(lock, std::chrono::microseconds(us), [&] {
      mutex_.assert_held();
      return interrupted_ || shippable_.load(std::memory_order_seq_cst) > number;
    });
    interrupted_ = false;
    sleeper_waits_beyond_.store(kNoSleeper, std::memory_order_relaxed);
  }
  void interrupt() {
    {
      const MutexLock lock(mutex_);
      interrupted_ = true;
    }
    woken_.notify_one();
  }

 private:
  static constexpr std::uint64_t kNoSleeper = ~std::uint64_t{0};

  void wake() {
    {
      const MutexLock lock(mutex_);
    }  // it sleeps by now, or has seen what is new
    woken_.notify_one();
  }

  std::atomic<std::uint64_t> head_{0};
  std::atomic<std::uint64_t> shippable_{0};
  std::atomic<std::uint64_t> sleeper_waits_beyond_{kNoSleeper};
  Mutex mutex_;
  std::condition_variable_any woken_;
  bool interrupted_ FOOTFALL_GUARDED_BY(mutex_) = false;
};

}  // namespace footfall::edge
