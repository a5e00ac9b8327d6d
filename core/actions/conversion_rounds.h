// Books the reports of many threads in rounds, one round at a time: the reports that arrive while a round is running
// make up the next one, so one commit and a handful of statements serve them all. A single report never waits for
// others. After a round with more than one report, the next one waits until kGatherCount have arrived or kGatherUs have
// passed since that round began.
//
// Threads: any. A round runs on the connection of the thread that began it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

#include "core/actions/caller.h"
#include "core/actions/conversion_report.h"
#include "core/storage/database.h"
#include "proto/base/clock.h"

namespace footfall::core {

class ConversionRounds {
 public:
  static constexpr std::size_t kGatherCount = 8;
  static constexpr std::size_t kReportsMax = 64;  // in one round
  static constexpr std::int64_t kGatherUs = 5'000;

  explicit ConversionRounds(const Clock& clock) : clock_(clock) {}

  // Books duplicate check, evidence, attribution, terms, commission, claims, ledger and audit in one transaction.
  // `caller` has an account and a mode. Blocks until the outcome is there.
  Result<RecordedConversion> record(Database& database, const Caller& caller, ConversionReport report);

 private:
  struct WaitingReport;
  void run_round(Database& database, std::unique_lock<std::mutex>& lock);

  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable report_arrived_;  // for the thread that gathers
  std::condition_variable round_ended_;     // for all others
  std::vector<WaitingReport*> waiting_;
  bool round_running_ = false;
  std::int64_t gather_until_us_ = 0;
};

}  // namespace footfall::core
