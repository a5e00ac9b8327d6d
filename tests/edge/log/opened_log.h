// The log with its threads over a faulty disk, and what its workers hear of their batches.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "edge/log/file_click_log.h"
#include "tests/edge/log/faulty_disk.h"
#include "tests/support/wait_until.h"

namespace footfall::edge {

// Collects what the workers are told of their tickets: each must be decided once and in order.
class Verdicts {
 public:
  explicit Verdicts(unsigned workers) : next_(workers, 1), safe_(workers), unsafe_(workers) {}

  ClickLog::Decided callback() {
    return [this](unsigned worker, std::uint64_t ticket, bool safe) {
      const std::lock_guard lock(mutex_);
      in_order_ = in_order_ && ticket == next_[worker];
      next_[worker] = ticket + 1;
      (safe ? safe_ : unsafe_)[worker].push_back(ticket);
      decided_by_ = std::this_thread::get_id();
      changed_.notify_all();
    };
  }
  bool wait_for(unsigned worker, std::uint64_t ticket,
                std::chrono::milliseconds limit = std::chrono::milliseconds(5000)) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return next_[worker] > ticket; });
  }
  // Whether the last that was decided was so by the thread that asks.
  bool decided_here() const {
    const std::lock_guard lock(mutex_);
    return decided_by_ == std::this_thread::get_id();
  }
  bool in_order() const { return in_order_; }
  std::size_t safe(unsigned worker) const {
    const std::lock_guard lock(mutex_);
    return safe_[worker].size();
  }
  std::size_t refused(unsigned worker) const {
    const std::lock_guard lock(mutex_);
    return unsafe_[worker].size();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::uint64_t> next_;
  std::vector<std::vector<std::uint64_t>> safe_, unsafe_;
  bool in_order_ = true;
  std::thread::id decided_by_;
};

inline LogOptions small_options() {
  LogOptions options;
  options.segment_bytes = kSegmentBytesMin;
  options.total_bytes_max = 4 * kSegmentBytesMin;
  return options;
}

inline OpenBatch batch_of(ClickLog& log, unsigned worker, std::uint64_t ticket, std::uint32_t count = 1,
                          std::size_t bytes = 300) {
  OpenBatch batch = log.take_empty(worker);
  batch.clicks.assign(bytes, 'c');
  batch.count = count;
  batch.ticket = ticket;
  return batch;
}

inline bool eventually(const std::function<bool()>& condition,
                       std::chrono::milliseconds limit = std::chrono::milliseconds(5000)) {
  return support::wait_until(condition, limit);
}

struct OpenedLog {
  explicit OpenedLog(FaultyDisk& disk, LogOptions options = small_options(), const Clock& clock = system_clock())
      : verdicts(options.workers) {
    auto opened = FileClickLog::open(options, disk.borrowed(), clock, metrics, verdicts.callback());
    EXPECT_TRUE(opened);
    log = std::move(*opened);
  }
  bool submit_and_wait(std::uint64_t ticket, std::uint32_t count = 1, std::size_t bytes = 300) {
    log->submit(0, batch_of(*log, 0, ticket, count, bytes));
    return verdicts.wait_for(0, ticket);
  }
  // Until this thread, which is the only worker, writes itself.
  bool comes_to_write_itself(std::uint64_t& ticket) {
    return eventually([&] { return submit_and_wait(++ticket) && verdicts.decided_here(); });
  }
  Metrics metrics;
  Verdicts verdicts;
  std::unique_ptr<FileClickLog> log;
};

}  // namespace footfall::edge
