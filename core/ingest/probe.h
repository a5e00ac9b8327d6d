// What ingest tells of itself. Handles are resolved once; counting is safe from any thread.
#pragma once

#include <string>

#include "proto/base/metrics.h"

namespace footfall::core {

struct IngestProbe {
  explicit IngestProbe(Metrics& metrics);
  // Of every click number that the position has passed exactly one of these is counted.
  Counter& stored;
  Counter& duplicate;
  Counter& conflict;
  Counter& dead;
  Counter& voided;

  Counter& transactions;
  Counter& retries;         // transactions that met a twin or a data error and were done again in another way
  Counter& resends;         // requests to ship again
  Counter& gaps;            // entries that came out of turn
  Counter& undecodable;     // entries that are no ClickBatch
  Counter& lost_ownership;  // commits refused because another owner had moved the position
  Counter& redis_failures;
  Counter& postgres_failures;
  Gauge& streams_owned;
  Gauge& streams_open;
  Gauge& clicks_on_the_way;  // heads that edges report, less positions
  Gauge& skewed_clocks;      // edges whose clock differs too much
  Histogram& age_seconds;    // from the edge's receive time to the commit, oldest click of each transaction
};

// Of one owner: the age of the oldest click of its last transaction; 0 when nothing waits.
Gauge& ingest_lag(Metrics& metrics, const std::string& thread);

}  // namespace footfall::core
