// Reads the heartbeats of all edges from Redis, writes what they say to the streams table, and rewrites the watermark
// of every reported incarnation each second, whether or not anything was committed (PROTOCOL.md 9). A session lock
// makes one process the publisher; the stream owners also write their own watermarks after each commit. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/ingest/probe.h"
#include "core/storage/streams.h"
#include "proto/base/clock.h"
#include "proto/base/lifecycle.h"
#include "proto/redis/client.h"

namespace footfall::core {

struct WatermarkPublisherOptions {
  std::string postgres_url;
  redis::Options redis;
  std::int64_t clock_skew_max_us = 60'000'000;
};

class WatermarkPublisher {
 public:
  WatermarkPublisher(const WatermarkPublisherOptions& options, const Clock& clock, IngestProbe& probe);

  void run(std::stop_token stop);
  // Reads the heartbeats once, and publishes if it is time. Returns false when another process is the publisher, or
  // when something failed.
  bool run_once();

 private:
  struct Heartbeat {
    StreamHeard report;
    std::int64_t edge_time_us = 0;  // wall clock of the edge when it wrote the heartbeat
    std::int64_t renewed_us = 0;    // our steady clock when edge_time_us last changed
    bool is_new = false;            // first seen since the database was last updated
    bool renewed = false;           // rewritten by its edge since the database was last updated
    std::int64_t skew_us = 0;       // the edge's clock minus ours
  };

  WatermarkPublisherOptions options_;
  const Clock& clock_;
  IngestProbe& probe_;
  Database database_;
  std::unique_ptr<redis::Redis> redis_;
  std::map<wire::Incarnation, Heartbeat> heartbeats_;
  bool heads_moved_ = true;  // between the last two readings, or an incarnation was new
  bool locked_ = false;
  std::int64_t published_us_ = 0;
  Backoff backoff_;
  std::int64_t blocked_until_us_ = 0;

  Result<bool> read_heartbeats();  // true when one is of an incarnation that was not there before
  Result<void> write_streams();
  Result<void> publish();
  void check_clocks();
  Result<void> remove_abandoned_heartbeats(const std::vector<StreamRow>& rows);
  bool fail(const Error& error);
};

}  // namespace footfall::core
