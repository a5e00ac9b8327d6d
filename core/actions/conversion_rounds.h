// Reports of many threads, booked in rounds, one at a time: what comes while a round is under way makes up the next. So
// one commit and a handful of statements serve a whole round. A lone report never waits for company; after a round that
// had some, the next gathers until kCompany are there or kGatherUs have passed since that one began.
//
// Threads: any. A round runs on the connection of the thread that began it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

#include "core/actions/record_conversion.h"
#include "core/storage/database.h"
#include "proto/base/clock.h"

namespace footfall::core {

class ConversionRounds {
 public:
  static constexpr std::size_t kCompany = 8;
  static constexpr std::size_t kReportsMax = 64;  // in one round
  static constexpr std::int64_t kGatherUs = 5'000;

  explicit ConversionRounds(const Clock& clock) : clock_(clock) {}

  // As record_conversion(), which it becomes when nobody else reports. Blocks until the outcome is there.
  Result<RecordedConversion> record(Database& database, const ConversionReport& report);

 private:
  struct Waiting;
  void run_round(Database& database, std::unique_lock<std::mutex>& lock);

  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable arrived_;  // for the thread that gathers
  std::condition_variable ended_;    // for all others
  std::vector<Waiting*> waiting_;
  bool under_way_ = false;
  std::int64_t gather_until_us_ = 0;
};

}  // namespace footfall::core
