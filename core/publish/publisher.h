// The role "publish": brings the directory to Redis. Triggers note each change of a link, campaign or key. The
// publisher gives the changed entities consecutive versions, adds them to the stream in Redis, and compares Redis with
// PostgreSQL each second to repair what differs (PROTOCOL.md 15, 16). A session lock makes one process the publisher;
// the others wait for the lock. One thread.
//
// Versions are first assigned and logged in PostgreSQL, then written to Redis. So the comparison finds whatever was
// lost on the way to Redis, and any core process can serve the changes over HTTP.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "core/publish/redis_directory.h"
#include "proto/base/clock.h"
#include "proto/base/lifecycle.h"
#include "proto/base/metrics.h"

namespace footfall::core {

struct PublisherOptions {
  std::string postgres_url;
  redis::Options redis;
  std::int64_t poll_us = 50'000;  // pause after changes were published, in which others gather
  std::int64_t changes_per_transaction_max = 2'000;
  std::uint64_t snapshot_after_changes = 50'000;
};

class Publisher {
 public:
  // Clock and metrics must outlive it.
  Publisher(const PublisherOptions& options, const Clock& clock, Metrics& metrics);

  void run(std::stop_token stop);
  // Publishes what was noted, and compares Redis if it is time. Returns true when more notes are probably waiting.
  bool run_once();

 private:
  struct Probe {
    explicit Probe(Metrics& metrics);
    Gauge& epoch;
    Gauge& version;
    Gauge& leading;
    Gauge& waiting;
    Counter& changes;
    Counter& republished;
    Counter& snapshots;
    Counter& redis_failures;
    Counter& postgres_failures;
    Histogram& delay_seconds;
  };

  PublisherOptions options_;
  const Clock& clock_;
  Probe probe_;
  Database database_;
  std::unique_ptr<redis::Redis> redis_;
  RedisDirectory directory_;
  bool locked_ = false;
  bool redis_complete_ = false;    // Redis held all versions after the last comparison or push
  std::int64_t published_us_ = 0;  // when changes were published last
  std::int64_t compared_us_ = 0;
  std::int64_t marked_us_ = 0;  // last written to Redis that it is complete
  std::uint64_t snapshot_version_ = 0;
  std::int64_t salts_day_ = -1;        // of salts_; -1: not read yet
  std::int64_t salts_first_day_ = -1;  // the oldest of them
  std::string salts_;                  // encoded VisitorSalts
  bool salts_written_ = false;         // to Redis since they were read
  Backoff postgres_backoff_;
  Backoff redis_backoff_;
  std::int64_t blocked_until_us_ = 0;
  std::int64_t redis_blocked_until_us_ = 0;

  struct Published {
    DirectoryState state;
    std::vector<PublishedChange> changes;
    std::int64_t oldest_us = 0;  // when the first of them was noted; 0 when there are none
    bool full = false;           // there were as many notes as one transaction takes
    bool quiet = false;          // there were none
  };
  void wait_for_notes(const std::stop_token& stop);
  Result<Published> publish_notes();
  Result<void> update_redis(const Published& published);
  void note_redis(const Result<void>& done);  // what came of the work on Redis
  Result<void> rotate_salts();
  Result<void> write_salts();
  Result<void> compare(const Published& published);
  Result<void> mark(std::int64_t now_us);
  Result<void> push_from(const DirectoryState& state, std::uint64_t after);
  Result<void> republish(const DirectoryState& state, std::uint64_t epoch);
  Result<std::uint64_t> write_snapshot(const DirectoryState& state);
  void fail(const Error& error);
};

}  // namespace footfall::core
