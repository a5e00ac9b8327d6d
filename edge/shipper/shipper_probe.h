// The shipper's metrics, resolved once.
#pragma once

#include "proto/base/metrics.h"

namespace footfall::edge {

struct ShipperProbe {
  explicit ShipperProbe(Metrics& metrics);

  Counter& clicks;  // in entries that Redis took; shipped again counts again
  Counter& void_clicks;
  Counter& entries;
  Counter& entry_bytes;
  Counter& connection_errors;
  Counter& reply_errors;       // Redis refused: out of memory, read only, …
  Counter& read_errors;        // the log could not be read
  Counter& rewinds_asked;      // by a watermark: a resend or a new epoch
  Counter& rewinds_lost;       // entries are gone from Redis
  Counter& rewinds_refused;    // another writer's entries stand in the way
  Counter& rewinds_hole;       // an entry failed and a later one went in
  Counter& rewinds_went_back;  // core's database went back without a new epoch
  Counter& watermarks_ignored;
  Gauge& redis_up;
  Gauge& blocked;
  Gauge& backlog_clicks;  // in the log and not in Redis
  Gauge& unstored_bytes;  // in Redis and not stored
  Gauge& unstored_bytes_max;
  Gauge& incarnations;  // that still have to be shipped or stored
  Gauge& lag_seconds;   // since when the oldest click waits to be shipped
  Gauge& oldest_unstored_seconds;
};

}  // namespace footfall::edge
