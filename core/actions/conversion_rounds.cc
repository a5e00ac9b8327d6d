#include "core/actions/conversion_rounds.h"

#include <algorithm>
#include <chrono>

#include "core/actions/conversion_desk.h"

namespace footfall::core {

struct ConversionRounds::Waiting {
  Desked desked;
  bool settled = false;
};

Result<RecordedConversion> ConversionRounds::record(Database& database, const ConversionReport& report) {
  FOOTFALL_CHECK(report.policy != nullptr && !database.in_transaction());
  Waiting mine{{&report}};
  {
    std::unique_lock lock(mutex_);
    waiting_.push_back(&mine);
    arrived_.notify_one();
    while (!mine.settled) {
      if (under_way_) {
        ended_.wait(lock);
      } else {
        run_round(database, lock);
      }
    }
  }
  return mine.desked.outcome ? std::move(*mine.desked.outcome) : book_alone(database, mine.desked);
}

void ConversionRounds::run_round(Database& database, std::unique_lock<std::mutex>& lock) {
  under_way_ = true;
  const std::chrono::microseconds left{gather_until_us_ - clock_.steady_us()};
  if (left.count() > 0) arrived_.wait_for(lock, left, [this] { return waiting_.size() >= kCompany; });
  const std::int64_t began_us = clock_.steady_us();
  const auto size = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kReportsMax));
  const std::vector<Waiting*> round(waiting_.begin(), waiting_.begin() + size);
  waiting_.erase(waiting_.begin(), waiting_.begin() + size);
  lock.unlock();
  std::vector<Desked> desked;
  for (const Waiting* waiting : round) desked.push_back({waiting->desked.report});
  settle(database, desked);
  lock.lock();
  for (std::size_t i = 0; i < round.size(); ++i) {
    round[i]->desked = std::move(desked[i]);
    round[i]->settled = true;
  }
  if (round.size() > 1) gather_until_us_ = began_us + kGatherUs;
  under_way_ = false;
  ended_.notify_all();
}

}  // namespace footfall::core
