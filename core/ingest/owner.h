// Owns streams and stores them: one connection to PostgreSQL, whose session locks are the ownership, two to Redis, one
// thread and a side thread that reads ahead. Any number of owners share the streams of any number of edges; the lock
// makes one the owner, and the position, compare-and-set in every transaction, makes a second one harmless
// (PROTOCOL.md 6).
//
// After any failure of PostgreSQL it forgets what it owned, and begins again from the positions in the database.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/ingest/recorder.h"
#include "core/ingest/side_thread.h"
#include "core/ingest/stream_reader.h"
#include "core/storage/streams.h"
#include "proto/base/clock.h"
#include "proto/base/lifecycle.h"

namespace footfall::core {

struct StreamOwnerOptions {
  std::string postgres_url;
  redis::Options redis;
  ReadLimits limits;
  std::int64_t poll_us = 20'000;
  std::int64_t retention_days = 400;
  Gauge* lag = nullptr;  // its own; never null
};

class Owner {
 public:
  // The lists, the clock and the probe outlive it.
  Owner(const StreamOwnerOptions& options, const CrawlerList& crawlers, const NetworkList& networks, const Clock& clock,
        IngestProbe& probe);
  ~Owner();

  void run(std::stop_token stop);
  // One pass over the streams: what was read was stored. False: there was nothing, or it failed; wait a little.
  bool pass();
  std::size_t owned() const { return streams_.size(); }

 private:
  struct Owned {
    StreamRow row;
    StreamReader reader;
  };

  StreamOwnerOptions options_;
  const Clock& clock_;
  IngestProbe& probe_;
  Database database_;
  std::unique_ptr<redis::Redis> redis_;       // for what is written
  std::unique_ptr<redis::Redis> read_redis_;  // of the side thread
  Judge judge_;                               // of the side thread
  std::optional<Recorder> recorder_;          // lives as long as the connection
  DatabaseIdentity identity_;
  std::map<std::int64_t, Owned> streams_;               // by stream id
  std::map<std::int64_t, std::int64_t> free_since_us_;  // streams that nobody seemed to own
  std::int64_t looked_us_ = 0;
  Backoff backoff_;
  std::int64_t blocked_until_us_ = 0;
  SideThread side_;  // last: its job uses the above

  Result<void> connect();
  Result<void> look_for_streams();
  Result<bool> acquire(const StreamRow& row);
  Result<void> finish(const Owned& stream);
  void start_reading(Owned& stream, std::uint64_t position, std::optional<Result<Reading>>& into);
  // False: nothing came. An error ends the session.
  Result<bool> store(Owned& stream, Reading& reading);
  Result<bool> drain(Owned& stream);
  void give_up(std::int64_t stream_id);
  void fail(const Error& error);
};

}  // namespace footfall::core
