// Takes streams and stores their clicks. Any number of owners, in any number of processes, share the streams of all
// edges: a session lock in PostgreSQL makes one of them the owner of a stream. Should there be two after all, the
// position, which every transaction compares before it sets it, lets only one of them store (PROTOCOL.md 6).
//
// An owner has one connection to PostgreSQL, two to Redis, its own thread, and a second one that reads ahead. After any
// failure of PostgreSQL it drops all its streams and begins again from the positions in the database.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/ingest/commit_pace.h"
#include "core/ingest/job_thread.h"
#include "core/ingest/run_recorder.h"
#include "core/ingest/stream_reader.h"
#include "core/storage/streams.h"
#include "proto/base/clock.h"
#include "proto/base/lifecycle.h"

namespace footfall::core {

struct StreamOwnerOptions {
  std::string postgres_url;
  redis::Options redis;
  ReadLimits limits;
  std::int64_t poll_us = 20'000;  // pause after a commit, which grows while commits are slow
  std::int64_t retention_days = 400;
  Gauge* lag = nullptr;  // of this owner; must be set
};

class StreamOwner {
 public:
  // All references must outlive it.
  StreamOwner(const StreamOwnerOptions& options, const ClickRules& rules, const Clock& clock, IngestProbe& probe);
  ~StreamOwner();

  void run(std::stop_token stop);
  // Goes through its streams once and stores what they hold. Returns false when there was nothing or something failed;
  // the caller then waits a little.
  bool run_once();
  std::size_t owned() const { return streams_.size(); }

 private:
  struct Owned {
    StreamRow row;
    StreamReader reader;
  };

  StreamOwnerOptions options_;
  const ClickRules& rules_;
  const Clock& clock_;
  IngestProbe& probe_;
  Database database_;
  std::unique_ptr<redis::Redis> redis_;       // for writing
  std::unique_ptr<redis::Redis> read_redis_;  // used by the read thread
  RunBuilder run_builder_;                    // used by the read thread
  std::optional<RunRecorder> recorder_;       // made with each connection
  DatabaseIdentity identity_;
  std::map<std::int64_t, Owned> streams_;               // by stream id
  std::map<std::int64_t, std::int64_t> free_since_us_;  // since when a stream seemed to have no owner
  std::int64_t searched_us_ = 0;
  bool take_waits_ = false;  // a stream that seems free is left to owners with fewer streams for a moment
  Backoff backoff_;
  std::int64_t blocked_until_us_ = 0;
  std::int64_t stored_us_ = 0;       // when something was stored last
  std::int64_t hurry_until_us_ = 0;  // a conversion waits for a click
  bool was_woken_ = false;           // by an entry, since run_once() last stored something
  bool holds_more_ = false;          // a stream probably does, after run_once() has stored as much as it may
  CommitPace pace_;
  JobThread read_thread_;  // declared last: its job uses the members above

  void wait_for_entries(const std::stop_token& stop);
  std::int64_t next_search_us() const;
  Result<void> connect();
  Result<void> find_streams();
  Result<bool> acquire(const StreamRow& row);
  Result<void> delete_redis_streams(const Owned& stream);
  void start_reading(Owned& stream, std::uint64_t position, std::optional<Result<Reading>>& into);
  // Returns false when nothing came. An error ends the session.
  Result<bool> store(Owned& stream, Reading& reading);
  Result<bool> store_available(Owned& stream);
  void release(std::int64_t stream_id);
  void fail(const Error& error);
};

}  // namespace footfall::core
