#include "core/actions/conversion_rounds.h"

#include <algorithm>
#include <chrono>

#include "core/actions/book_conversions.h"

namespace footfall::core {

// A thread sleeps until its report is booked or it is its turn to run a round. Each has a condition variable of its
// own: to wake all of them after each round cost more than the rest of a conversion in core.
struct ConversionRounds::WaitingReport {
  PendingConversion pending;
  enum class State : std::uint8_t { waits, runs_the_next_round, done } state = State::waits;
  std::condition_variable_any changed = {};

  void set(State to) {
    state = to;
    changed.notify_one();
  }
};

Result<RecordedConversion> ConversionRounds::record(Database& database, const Caller& caller, ConversionReport report) {
  tidy_identifiers(report);
  FOOTFALL_CHECK(!database.in_transaction());
  using enum WaitingReport::State;
  WaitingReport mine{{&caller, &report}};
  {
    MutexLock lock(mutex_);
    waiting_.push_back(&mine);
    if (round_running_) {
      if (waiting_.size() == kGatherCount) enough_arrived_.notify_one();
      while (mine.state == waits) mine.changed.wait(lock);
    }
    if (mine.state != done) {
      round_running_ = true;
      const Round round = gather(lock);
      const std::int64_t began_us = clock_.steady_us();
      lock.unlock();
      std::vector<PendingConversion> pending;
      for (const WaitingReport* waiting : round) pending.push_back({waiting->pending.caller, waiting->pending.report});
      judge_and_book(database, pending);
      lock.lock();
      end_round(round, std::move(pending), began_us);
    }
  }
  return mine.pending.outcome ? std::move(*mine.pending.outcome) : book_separately(database, mine.pending);
}

// The caller's own report is the first of those that wait, so that it is always in the round.
ConversionRounds::Round ConversionRounds::gather(MutexLock& lock) {
  const std::chrono::microseconds left{gather_until_us_ - clock_.steady_us()};
  if (left.count() > 0) {
    enough_arrived_.wait_for(lock, left, [this] {
      mutex_.assert_held();
      return waiting_.size() >= kGatherCount;
    });
  }
  const auto size = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kReportsMax));
  Round round(waiting_.begin(), waiting_.begin() + size);
  waiting_.erase(waiting_.begin(), waiting_.begin() + size);
  return round;
}

void ConversionRounds::end_round(const Round& round, std::vector<PendingConversion> booked, std::int64_t began_us) {
  using enum WaitingReport::State;
  if (round.size() > 1) gather_until_us_ = began_us + kGatherUs;
  round_running_ = !waiting_.empty();
  if (round_running_) waiting_.front()->set(runs_the_next_round);
  for (std::size_t i = 0; i < round.size(); ++i) {
    round[i]->pending = std::move(booked[i]);
    round[i]->set(done);
  }
}

}  // namespace footfall::core
