// Keeps the directory equal to what core publishes: one thread that follows the changes in Redis, polls core over HTTP
// while Redis is away or cannot be trusted, loads the whole again after a gap or in a new epoch, and saves snapshots to
// disk, from which the next start serves at once (PROTOCOL.md 15, 16). What to do is decided in follow_policy.h.
//
// The salts of visitor hashes come beside: read with every full load and every ten seconds, and dropped when their time
// is over, in memory and, with the next save, on disk.
//
// Bounds: one change is applied at a time; a page of changes is at most kChangesPerRead; a full load holds old and new
// content side by side. Any failure keeps what is served; it only ages, which the staleness metric says.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "edge/directory/store.h"
#include "proto/base/clock.h"
#include "proto/base/metrics.h"
#include "proto/base/result.h"
#include "proto/redis/client.h"

namespace footfall::edge {

class DirectoryOrigin;

struct FollowerOptions {
  std::string snapshot_path;                         // empty: no snapshot on disk
  std::int64_t snapshot_interval_s = 60;             // at most one save in this time, and only if something changed
  std::int64_t snapshot_bytes_per_s_max = 64 << 20;  // while serving: the click log shares the disk
  std::int64_t shutdown_save_ms = 5'000;             // the last save is given up after this; the one before stays
  std::string core_host = "127.0.0.1";               // core's internal address
  std::uint16_t core_port = 8081;
  std::int64_t poll_ms = 250;         // of core, while Redis is away
  std::int64_t redis_retry_ms = 500;  // between tries of a Redis that failed
  std::int64_t block_ms = 200;        // longest wait for a change before the head is read again
  DirectoryOrigin* origin = nullptr;  // instead of HTTP to core; outlives the follower
};

class DirectoryFollower {
 public:
  // `redis` belongs to the follower's thread alone: it blocks. All outlive the follower.
  DirectoryFollower(FollowerOptions options, DirectoryStore& store, redis::Redis& redis, const Clock& clock,
                    Metrics& metrics);
  ~DirectoryFollower();
  DirectoryFollower(const DirectoryFollower&) = delete;
  DirectoryFollower& operator=(const DirectoryFollower&) = delete;

  // Before run(), on any one thread: serve the snapshot on disk. True if there was a sound one; a damaged one is
  // refused, logged as an error and counted. Takes about 0.3 µs a link.
  bool load_snapshot();

  // Follows until a stop is requested, then saves a snapshot if there is something new.
  void run(const std::stop_token& stop);

  // Thread-safe.
  std::uint64_t epoch() const;
  std::uint64_t version() const;
  double staleness_s() const;  // since we last knew that we were up to date; since construction if never

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace footfall::edge
