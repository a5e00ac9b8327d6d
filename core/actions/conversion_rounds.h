// Books the reports of many threads in rounds, one round at a time: the reports that arrive while a round is running
// make up the next one, so one commit and a handful of statements serve them all. A single report never waits for
// others. After a round with more than one report, the next one waits until kGatherCount have arrived or kGatherUs have
// passed since that round began.
//
// Threads: any. A round runs on the thread whose report has waited longest, and all rounds run on one connection of
// their own, one after the other: PostgreSQL then parses and plans the statements of a round once, and not in every
// worker's server process, and the one process that books has everything at hand.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/actions/caller.h"
#include "core/actions/conversion_report.h"
#include "core/storage/database.h"
#include "proto/base/clock.h"
#include "proto/base/thread_annotations.h"

namespace footfall::core {

struct PendingConversion;

class ConversionRounds {
 public:
  static constexpr std::size_t kGatherCount = 8;
  static constexpr std::size_t kReportsMax = 64;  // in one round
  static constexpr std::int64_t kGatherUs = 5'000;

  // Connects when the first report comes, and again when the connection was lost; what was in the round then fails.
  ConversionRounds(const Clock& clock, std::string postgres_url)
      : clock_(clock), database_(std::move(postgres_url), "footfall-core rounds") {}

  // Books duplicate check, evidence, attribution, terms, commission, claims, ledger and audit in one transaction.
  // `caller` has an account and a mode. Blocks until the outcome is there. `database` is the thread's own, for what
  // cannot be booked in a round (book_conversions.h).
  Result<RecordedConversion> record(Database& database, const Caller& caller, ConversionReport report);

 private:
  struct WaitingReport;
  using Round = std::vector<WaitingReport*>;
  void run_round(const WaitingReport& own);
  Round gather();

  const Clock& clock_;
  Database database_;  // of the thread that runs the round
  Mutex mutex_;
  std::condition_variable_any enough_arrived_;  // for the thread that gathers
  std::vector<WaitingReport*> waiting_ FOOTFALL_GUARDED_BY(mutex_);
  bool round_running_ FOOTFALL_GUARDED_BY(mutex_) = false;  // or being gathered
  std::int64_t gather_until_us_ FOOTFALL_GUARDED_BY(mutex_) = 0;
};

}  // namespace footfall::core
