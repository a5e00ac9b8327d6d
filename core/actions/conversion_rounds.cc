#include "core/actions/conversion_rounds.h"

#include <algorithm>
#include <chrono>

#include "core/actions/book_conversions.h"

namespace footfall::core {

struct ConversionRounds::WaitingReport {
  PendingConversion pending;
  bool done = false;
};

Result<RecordedConversion> ConversionRounds::record(Database& database, const Caller& caller, ConversionReport report) {
  tidy_identifiers(report);
  FOOTFALL_CHECK(!database.in_transaction());
  WaitingReport mine{{&caller, &report}};
  {
    MutexLock lock(mutex_);
    waiting_.push_back(&mine);
    report_arrived_.notify_one();
    while (!mine.done) {
      if (round_running_) {
        round_ended_.wait(lock);
        continue;
      }
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

ConversionRounds::Round ConversionRounds::gather(MutexLock& lock) {
  const std::chrono::microseconds left{gather_until_us_ - clock_.steady_us()};
  if (left.count() > 0) {
    report_arrived_.wait_for(lock, left, [this] {
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
  for (std::size_t i = 0; i < round.size(); ++i) {
    round[i]->pending = std::move(booked[i]);
    round[i]->done = true;
  }
  if (round.size() > 1) gather_until_us_ = began_us + kGatherUs;
  round_running_ = false;
  round_ended_.notify_all();
}

}  // namespace footfall::core
