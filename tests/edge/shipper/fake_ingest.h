// Core's ingest as PROTOCOL.md 2, 6 and 9 describe it, over a FakeServer: takes nothing out of
// turn, keeps its position, asks for a resend at a gap, publishes watermarks. Its "database" can be
// restored to an older state.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "edge/log/log_reader.h"
#include "tests/edge/shipper/fake_redis.h"

namespace footfall::edge {

struct StoredRun {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  wire::VoidReason reason = wire::VoidReason::none;
  std::string clicks;  // of those numbers alone
};

struct FakeDatabase {
  struct Row {
    std::uint64_t position = 0;
    std::uint64_t nonce = 0;
    std::uint64_t heard = 0;  // highest head of its heartbeats
    std::vector<StoredRun> runs;
  };
  std::map<wire::Incarnation, Row> rows;
  std::uint64_t epoch = 1;
};

class FakeIngest {
 public:
  FakeIngest(FakeServer& server, FakeDatabase& database) : server_(server), database_(database) {}

  // Reads at most `entries` of every stream, stores and trims, removes streams that are ended and
  // stored, and publishes the watermarks of all that has a heartbeat.
  void run(std::string_view edge, std::size_t entries = 1000);
  // The same without reading.
  void publish();
  // Core was started anew: every stream is read from its start.
  void restart() { cursors_.clear(); }

 private:
  void read(const wire::Incarnation& incarnation, FakeStream& stream, std::size_t entries);

  FakeServer& server_;
  FakeDatabase& database_;
  std::map<wire::Incarnation, wire::EntryId> cursors_;
};

// Clicks for tests: each is one encoded click of a click id made of `seed`.
std::string encoded_click(std::uint64_t seed);

}  // namespace footfall::edge
