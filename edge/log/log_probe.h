// The log's metrics, resolved once. Threads as the members' users; all counters are per thread and summed at scrape.
#pragma once

#include <cstdint>

#include "proto/base/metrics.h"
#include "proto/wire/click.h"

namespace footfall::edge {

struct LogProbe {
  explicit LogProbe(Metrics& metrics);

  Counter& syncs;  // the writer's
  Counter& sync_failures;
  Histogram& sync_seconds;
  Counter& records;
  Counter& batches;
  Counter& clicks;
  Counter& bytes_written;
  Counter& refused_batches;  // submitted and decided unsafe
  Counter& segments_abandoned;
  Counter& segments_created;  // segment thread
  Counter& segments_recycled;
  Counter& segment_failures;
  Counter& corrupt_runs;  // reader: holes found where records should be
  Counter& torn_tails;
  Counter& read_failures;
  Counter& read_bytes;

  // Numbers that never will be clicks, by why.
  Counter& voided(wire::VoidReason reason);

 private:
  Counter& never_acknowledged_;
  Counter& unreadable_;
  Counter& forgotten_;
  Counter& lost_tail_;
};

// Renewed by the segment thread once a second and at every change.
struct LogGauges {
  explicit LogGauges(Metrics& metrics);
  Gauge& spare;
  Gauge& open;
  Gauge& sealed;
  Gauge& stored;
  Gauge& bytes;
  Gauge& bytes_max;
  Gauge& full;
  Gauge& accepts;
};

}  // namespace footfall::edge
