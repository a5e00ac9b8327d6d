// The role: directory → Redis. Turns the notes that triggers leave into consecutive versions, pushes them, and each
// second compares Redis with PostgreSQL and puts it right (PROTOCOL.md 15, 16). One publisher at a time (a session
// lock); others wait for it to go. One thread.
//
// Versions are assigned and logged in PostgreSQL first; Redis follows. So whatever is lost on the way to Redis, the
// comparison finds, and any core process can serve the changes over HTTP.
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
  std::int64_t poll_us = 50'000;
  std::int64_t changes_per_transaction_max = 2'000;
  std::uint64_t snapshot_after_changes = 50'000;
};

class Publisher {
 public:
  // Clock and metrics outlive it.
  Publisher(const PublisherOptions& options, const Clock& clock, Metrics& metrics);

  void run(std::stop_token stop);
  // One look: what was noted is published. True: there is probably more to do at once.
  bool pass();

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
  bool in_step_ = false;  // Redis held everything when it was last compared or pushed to
  std::int64_t compared_us_ = 0;
  std::uint64_t snapshot_version_ = 0;
  Backoff postgres_backoff_;
  Backoff redis_backoff_;
  std::int64_t blocked_until_us_ = 0;
  std::int64_t redis_blocked_until_us_ = 0;

  struct Published {
    DirectoryState state;
    std::vector<PublishedChange> changes;
    std::int64_t oldest_us = 0;  // when the first of them was noted; 0: there are none
    bool full = false;           // as many notes as one transaction takes
  };
  Result<Published> publish_notes();
  Result<void> follow_up(const Published& published);
  Result<void> compare(const DirectoryState& state);
  Result<void> push_from(const DirectoryState& state, std::uint64_t after);
  Result<void> republish(const DirectoryState& state, std::uint64_t epoch);
  Result<std::uint64_t> write_snapshot(const DirectoryState& state);
  void fail(const Error& error);
};

}  // namespace footfall::core
