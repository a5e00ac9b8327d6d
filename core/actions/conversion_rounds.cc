#include "core/actions/conversion_rounds.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "core/actions/book_conversions.h"
#include "proto/base/logging.h"
#include "proto/base/signal.h"

namespace footfall::core {

// A thread sleeps until its report is booked or it is its turn to run a round. Each has a signal of its own: to wake
// all of them after each round cost several context switches a conversion.
struct ConversionRounds::WaitingReport {
  PendingConversion pending;
  bool is_done = false;  // else it is the thread's turn
  Signal changed = {};
};

Result<RecordedConversion> ConversionRounds::record(Database& database, const Caller& caller, ConversionReport report) {
  tidy_identifiers(report);
  FOOTFALL_CHECK(!database.in_transaction());
  WaitingReport mine{{&caller, &report}};
  bool waits = false;
  {
    const MutexLock lock(mutex_);
    waiting_.push_back(&mine);
    waits = round_running_;
    round_running_ = true;
    if (waits && waiting_.size() == kGatherCount) enough_arrived_.notify_one();
  }
  if (waits) mine.changed.wait();
  if (!mine.is_done) run_round(mine);
  return mine.pending.outcome ? std::move(*mine.pending.outcome) : book_separately(database, mine.pending);
}

void ConversionRounds::run_round(const WaitingReport& own) {
  Round round = gather();
  const std::int64_t began_us = clock_.steady_us();
  std::vector<PendingConversion> pending;
  for (const WaitingReport* waiting : round) pending.push_back({waiting->pending.caller, waiting->pending.report});
  // A report that is handed back is gone from the round: its thread may end it at once.
  const auto hand_back = [&](std::size_t i) {
    WaitingReport* const done = std::exchange(round[i], nullptr);
    done->is_done = true;
    if (done != &own) done->changed.set();
  };
  try {
    judge_and_book(database_, pending, [&] {
      // What is answered without being booked (it waits for its click, it is a repeat) does not wait for the others.
      for (std::size_t i = 0; i < round.size(); ++i) {
        if (!pending[i].outcome) continue;
        round[i]->pending.outcome = pending[i].outcome;
        hand_back(i);
      }
    });
  } catch (const std::exception& error) {
    // Each of them is then booked alone by its own thread, where the one that throws harms no other.
    database_.disconnect();  // with a transaction that it may have left open
    log_error("conversions.round.threw", {{"reports", pending.size()}, {"what", error.what()}});
    for (PendingConversion& one : pending) one = {one.caller, one.report};
  }
  WaitingReport* next = nullptr;
  {
    const MutexLock lock(mutex_);
    if (round.size() > 1) gather_until_us_ = began_us + kGatherUs;
    if (waiting_.empty()) {
      round_running_ = false;
    } else {
      next = waiting_.front();
    }
  }
  if (next != nullptr) next->changed.set();
  for (std::size_t i = 0; i < round.size(); ++i) {
    if (round[i] == nullptr) continue;
    round[i]->pending = std::move(pending[i]);
    hand_back(i);
  }
}

// The own report of the thread that runs the round is the first of those that wait, so it is always in the round.
ConversionRounds::Round ConversionRounds::gather() {
  MutexLock lock(mutex_);
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

}  // namespace footfall::core
