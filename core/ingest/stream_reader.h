// Reads one incarnation's clicks from Redis, in turn. Usually that is one stream; a copied log directory makes two
// edges ship the same incarnation under two labels, and then both are read against one position (PROTOCOL.md 1, 2).
//
// It knows nothing of PostgreSQL: it is told the position to continue from, and returns a run from there. So the next
// run can be read while the last one is being stored. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/ingest/judge.h"
#include "core/ingest/probe.h"
#include "core/ingest/run.h"
#include "core/ingest/turn.h"
#include "proto/redis/client.h"
#include "proto/wire/streams.h"

namespace footfall::core {

struct ReadLimits {
  std::int64_t clicks_max = 16'384;   // in one run, beside the rest of the entry that reaches it
  std::int64_t bytes_max = 16 << 20;  // of one read, by what entries have weighed so far
  std::int64_t resend_after_us = 2'000'000;
};

// Entries of `key` below this id are stored and may go.
struct Trim {
  std::string key;
  wire::EntryId below;
};

struct Reading {
  Run run;
  bool more = false;        // the stream probably holds more
  bool ask_resend = false;  // something before what was read is missing
  std::vector<Trim> trims;  // once run.to is stored
};

class StreamReader {
 public:
  StreamReader(const wire::Incarnation& incarnation, const ReadLimits& limits, IngestProbe& probe);

  void add_edge(const std::string& edge);  // a label under which it is shipped; a known one changes nothing
  std::vector<std::string> keys() const;

  // `head`: the highest number that an edge is known to hold. Errors are Redis's.
  Result<Reading> read(redis::Redis& redis, Judge& judge, std::uint64_t position, std::uint64_t head,
                       const ClickDays& days, std::int64_t now_us);
  // After a run that could not be stored: read from the start again.
  void rewind();

 private:
  struct Source {
    std::string key;
    wire::EntryId cursor;
    std::int64_t looked_us = 0;  // last comparison with the stream's top
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

  Result<void> read_source(redis::Redis& redis, Judge& judge, Source& source, const ClickDays& days,
                           std::int64_t now_us, Reading& reading);
  void take_entry(Judge& judge, const wire::EntryId& id, std::string_view bytes, const ClickDays& days,
                  std::int64_t now_us, Reading& reading);
  void refuse_entry(const wire::EntryId& id, const std::string& problem, std::string_view bytes, Reading& reading);
  Result<void> compare_top(redis::Redis& redis, Source& source, std::int64_t now_us);
};

}  // namespace footfall::core
