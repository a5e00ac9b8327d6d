#include "edge/directory/quiescence.h"

#include <utility>

namespace footfall::edge {

Quiescence::Quiescence(unsigned workers) : workers_(workers), worker_(new Worker[workers]) {}

void Quiescence::pin(unsigned worker) {
  std::atomic<std::uint64_t>& passes = worker_[worker].passes;
  passes.store(passes.load(std::memory_order_relaxed) | 1);
}

void Quiescence::unpin(unsigned worker) {
  std::atomic<std::uint64_t>& passes = worker_[worker].passes;
  const std::uint64_t now = passes.load(std::memory_order_relaxed);
  passes.store(now + (now & 1), std::memory_order_release);
}

void Quiescence::retire(std::function<void()> free) { open_.push_back(std::move(free)); }

bool Quiescence::passed(Batch& batch) const {
  for (unsigned i = 0; i < workers_; ++i) {
    if (batch.seen[i] % 2 == 0) continue;  // was unpinned when the batch was closed, or has been since
    if (worker_[i].passes.load() == batch.seen[i]) return false;
    batch.seen[i] = 0;
  }
  return true;
}

void Quiescence::reclaim() {
  if (!open_.empty()) {
    Batch batch{{}, std::exchange(open_, {})};
    batch.seen.reserve(workers_);
    for (unsigned i = 0; i < workers_; ++i) batch.seen.push_back(worker_[i].passes.load());
    closed_.push_back(std::move(batch));
  }
  while (!closed_.empty() && passed(closed_.front())) {
    for (const std::function<void()>& free : closed_.front().frees) free();
    closed_.pop_front();
  }
}

std::size_t Quiescence::waiting() const {
  std::size_t sum = open_.size();
  for (const Batch& batch : closed_) sum += batch.frees.size();
  return sum;
}

void Quiescence::drain() {
  for (Batch& batch : closed_) {
    for (const std::function<void()>& free : batch.frees) free();
  }
  closed_.clear();
  for (const std::function<void()>& free : std::exchange(open_, {})) free();
}

}  // namespace footfall::edge
