// Listens to the edges and tells them how far they are stored: turns heartbeats into rows of the streams table, and
// republishes every watermark each second, whether or not anything was committed (PROTOCOL.md 9). One process at a time
// is the herald (a session lock); the owners publish besides, after each commit. One thread.
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

struct HeraldOptions {
  std::string postgres_url;
  redis::Options redis;
  std::int64_t clock_skew_max_us = 60'000'000;
};

class Herald {
 public:
  Herald(const HeraldOptions& options, const Clock& clock, IngestProbe& probe);

  void run(std::stop_token stop);
  // One look at the heartbeats. False: it is not the herald, or something failed.
  bool pass();

 private:
  struct Heard {
    StreamHeard heard;
    std::uint64_t said_us = 0;    // the edge's own clock
    std::int64_t renewed_us = 0;  // ours, steady: when that last changed
    bool is_new = false;          // since the last note in the database
    bool renewed = false;         // likewise
    std::int64_t skew_us = 0;
  };

  HeraldOptions options_;
  const Clock& clock_;
  IngestProbe& probe_;
  Database database_;
  std::unique_ptr<redis::Redis> redis_;
  std::map<wire::Incarnation, Heard> heard_;
  bool locked_ = false;
  std::int64_t published_us_ = 0;
  Backoff backoff_;
  std::int64_t blocked_until_us_ = 0;

  Result<bool> listen();  // true: an incarnation was heard for the first time
  Result<void> note();
  Result<void> publish();
  void check_clocks();
  Result<void> forget_the_gone(const std::vector<StreamRow>& rows);
  bool fail(const Error& error);
};

}  // namespace footfall::core
