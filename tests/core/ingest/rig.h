// What the tests of ingest stand on: one Redis and one PostgreSQL for the program, a migrated database for each test, a
// clock that the test owns, and an edge that ships by hand.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/ingest/herald.h"
#include "core/ingest/owner.h"
#include "core/ingest/replay.h"
#include "proto/base/clock.h"
#include "proto/wire/click.h"
#include "proto/wire/streams.h"
#include "tests/support/private_servers.h"

namespace footfall::core::testing {

support::PrivateRedis& shared_redis();
support::PrivatePostgres& shared_postgres();
redis::Options redis_options();
std::string fresh_books_url();  // of a new, migrated database

class HandClock : public Clock {
 public:
  std::int64_t wall_us() const override { return wall; }
  std::int64_t steady_us() const override { return steady; }
  void sleep_us(std::int64_t us) const override { steady += us; }
  void pass(std::int64_t us) {
    wall += us;
    steady += us;
  }
  std::int64_t wall = 0;
  mutable std::int64_t steady = 1'000'000'000;
};

// A click with everything that the books ask for; tests change what they are about.
struct TestClick {
  wire::ClickId id;
  std::int64_t received_us = 0;
  std::uint64_t account = 1, campaign = 10, affiliate = 100, link = 1000, key = 0;
  std::uint32_t verdict = 0;
  wire::Mode mode = wire::Mode::live;
  wire::ClickSource source = wire::ClickSource::redirect;
  std::string visitor = "0123456789abcdef";
  std::string user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
  std::string query;
  std::string referrer = "https://blog.example/post";
};
wire::ClickId id_at(std::int64_t wall_us);  // a new one
inline std::string visitor(char letter) { return std::string(16, letter); }

// A connection that was closed lets go of its locks a moment later.
template <typename Condition>
bool soon(Condition condition) {
  for (int i = 0; i < 200; ++i) {
    if (condition()) return true;
    system_clock().sleep_us(20'000);
  }
  return false;
}

class Rig;
ReplayTally replay(Rig& rig, const ReplayOptions& options = {});  // of dead letters

// One incarnation of an edge.
class TestEdge {
 public:
  TestEdge(Rig& rig, std::string name = "edge-1");
  TestEdge(Rig& rig, std::string name, const wire::Incarnation& same);  // a copy of its log

  // Adds clicks under the next numbers, without shipping them.
  void take(const std::vector<TestClick>& clicks);
  void take(std::size_t count);  // that many different ones
  // Ships [first, last] as one entry.
  void ship(std::uint64_t first, std::uint64_t last);
  void ship_raw(std::uint64_t last, std::string_view bytes);
  void ship_void(std::uint64_t first, std::uint64_t last);
  void ship_all_from(std::uint64_t first);  // one entry for each five clicks
  void new_generation() { ++generation; }
  void beat(bool ended = false);
  std::string key() const { return wire::clicks_stream_key(name, incarnation); }
  std::uint64_t head() const { return clicks.size(); }
  std::string encoded(std::uint64_t first, std::uint64_t last) const;

  std::string name;
  wire::Incarnation incarnation;
  std::uint64_t generation = 1;
  std::int64_t clock_error_us = 0;
  std::vector<TestClick> clicks;

 private:
  Rig& rig_;
};

struct Mark {  // a watermark, as the edge reads it
  std::uint64_t position = 0, epoch = 0, nonce = 0;
  bool retired = false;
  std::string database;
};

class Rig {
 public:
  Rig();

  std::unique_ptr<Owner> new_owner();
  std::unique_ptr<Herald> new_herald();
  // Heartbeats are heard, streams found, everything there is stored, watermarks out: several rounds with time passing.
  void settle(int rounds = 6);
  std::int64_t number(const std::string& sql);  // first column of the first row
  std::string text(const std::string& sql);
  std::int64_t clicks() { return number("select count(*) from clicks"); }
  std::optional<Mark> mark(const wire::Incarnation& incarnation);
  std::int64_t redis_number(const redis::Arguments& command);

  const std::string url;
  HandClock clock;
  Database database;
  std::unique_ptr<redis::Redis> redis;
  Metrics metrics;
  IngestProbe probe;
  std::unique_ptr<CrawlerList> crawlers;
  NetworkList networks;
  ReadLimits limits;
  std::unique_ptr<Herald> herald;
  std::unique_ptr<Owner> owner;
};

}  // namespace footfall::core::testing
