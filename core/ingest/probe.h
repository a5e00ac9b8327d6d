// The metrics of ingest. The handles are resolved once; counting is safe from any thread.
#pragma once

#include <array>
#include <string>

#include "proto/base/metrics.h"
#include "proto/wire/click.h"

namespace footfall::core {

struct IngestProbe {
  explicit IngestProbe(Metrics& metrics);
  // Each click number that the position has passed was counted in exactly one of these five.
  Counter& stored;
  Counter& duplicate;
  Counter& conflict;
  Counter& dead;
  Counter& voided;
  std::array<Counter*, wire::kVoidReasons> voided_for;  // the same numbers by reason; the first, none, is null

  Counter& transactions;
  Counter& retries;         // transactions repeated because of a duplicate or a data error
  Counter& resends;         // requests to ship again
  Counter& gaps;            // entries that came before what precedes them
  Counter& undecodable;     // entries that are not a valid ClickBatch
  Counter& epochs_raised;   // times that the database was found to have gone back
  Counter& lost_ownership;  // commits refused because another owner had moved the position
  Counter& redis_failures;
  Counter& postgres_failures;
  Gauge& streams_owned;
  Gauge& streams_open;
  Gauge& clicks_on_the_way;  // sum of the heads that edges report minus the positions
  Gauge& skewed_clocks;      // edges whose clock differs too much
  Histogram& age_seconds;    // from the edge's receive time to the commit, oldest click of each transaction
};

// Per owner: the age of the oldest click of its last transaction, or 0 when nothing waits.
Gauge& ingest_lag(Metrics& metrics, const std::string& thread);

}  // namespace footfall::core
