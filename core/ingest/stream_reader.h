// Reads the clicks of one incarnation from Redis, in the order of their numbers. Usually they come in one stream. When
// a log directory was copied, several edges ship the same incarnation in streams of their own, and all of these are
// read against one position (PROTOCOL.md 1, 2).
//
// The reader does not use PostgreSQL: the caller passes the position from which to continue, and gets a run that begins
// there. So the next run can be read while the last one is being stored. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/ingest/batch_order.h"
#include "core/ingest/probe.h"
#include "core/ingest/run.h"
#include "core/ingest/run_builder.h"
#include "core/storage/streams.h"
#include "proto/redis/client.h"
#include "proto/wire/streams.h"

namespace footfall::core {

struct ReadLimits {
  std::int64_t clicks_max = 16'384;   // in one run; the entry that reaches the limit is still taken whole
  std::int64_t bytes_max = 16 << 20;  // of one read, estimated from the size of the entries before
  std::int64_t resend_after_us = 2'000'000;
};

// Entries of `key` below this id are stored and can be deleted.
struct Trim {
  std::string key;
  wire::EntryId below;
};

struct Reading {
  Run run;
  bool more = false;        // the stream probably holds more
  bool ask_resend = false;  // the edge must ship again, because something is missing
  std::vector<Trim> trims;  // to be done once run.to is stored
};

class StreamReader {
 public:
  StreamReader(const wire::Incarnation& incarnation, const ReadLimits& limits, IngestProbe& probe);

  void add_edges(const StreamRow& row);  // all that ship this incarnation; adding one again changes nothing
  std::vector<std::string> keys() const;
  // Where the next read begins in each stream.
  std::vector<redis::StreamCursor> cursors() const;

  // `head` is the highest number that an edge is known to hold. Errors are those of Redis.
  Result<Reading> read(redis::Redis& redis, RunBuilder& run_builder, std::uint64_t position, std::uint64_t head,
                       const ClickDays& days, std::int64_t now_us);

 private:
  struct Source {
    std::string key;
    wire::EntryId cursor;
    std::int64_t compared_us = 0;  // last comparison of the cursor with the stream's top
    std::int64_t bytes_per_entry = 64 * 1024;
    std::int64_t clicks_per_entry = 256;
  };
  struct Undecodable {
    std::uint64_t position = 0;
    std::uint64_t generation = 0;
  };

  wire::Incarnation incarnation_;
  ReadLimits limits_;
  IngestProbe& probe_;
  std::vector<Source> sources_;
  ResendClock resend_;
  std::optional<Undecodable> undecodable_;

  Result<void> read_source(redis::Redis& redis, RunBuilder& run_builder, Source& source, const ClickDays& days,
                           std::int64_t now_us, Reading& reading);
  void take_entry(RunBuilder& run_builder, const wire::EntryId& id, std::string_view bytes, const ClickDays& days,
                  std::int64_t now_us, Reading& reading);
  void refuse_entry(const wire::EntryId& id, const std::string& problem, std::string_view bytes, Reading& reading);
  Result<void> compare_top(redis::Redis& redis, Source& source, std::int64_t now_us);
};

}  // namespace footfall::core
