// Support for the tests of ingest. A test program has one Redis and one PostgreSQL of its own. Each test makes a Rig: a
// migrated database, a WatermarkPublisher and a StreamOwner that run when the test says so, and a clock that the test
// moves. A TestEdge plays an edge: it ships what the test tells it to.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/ingest/replay.h"
#include "core/ingest/stream_owner.h"
#include "core/ingest/watermark_publisher.h"
#include "proto/base/clock.h"
#include "proto/wire/click.h"
#include "proto/wire/streams.h"
#include "tests/support/private_servers.h"
#include "tests/support/wait_until.h"

namespace footfall::core::testing {

support::PrivateRedis& shared_redis();
support::PrivatePostgres& shared_postgres();
redis::Options redis_options();
std::string fresh_database_url();  // makes a new, migrated database

class ManualClock : public Clock {
 public:
  std::int64_t wall_us() const override { return wall; }
  std::int64_t steady_us() const override { return steady; }
  void sleep_us(std::int64_t us) const override { steady += us; }
  void advance(std::int64_t us) {
    wall += us;
    steady += us;
  }
  std::int64_t wall = 0;
  mutable std::int64_t steady = 1'000'000'000;
};

// A click that can be stored as it is; a test changes the fields that it is about.
struct TestClick {
  wire::ClickId id;
  std::int64_t received_us = 0;
  std::uint64_t account = 1, campaign = 10, affiliate = 100, link = 1000, key = 0;
  std::uint32_t verdict = 0;
  std::uint32_t privacy = 0;
  wire::Mode mode = wire::Mode::live;
  wire::ClickSource source = wire::ClickSource::redirect;
  std::string visitor = "0123456789abcdef";
  std::string user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
  std::string query;
  std::string referrer = "https://blog.example/post";
};
wire::ClickId id_at(std::int64_t wall_us);  // mints a new id with this time
inline std::string visitor(char letter) { return std::string(16, letter); }

// Waits for the condition. Needed where PostgreSQL releases the locks of a closed connection.
template <typename Condition>
bool eventually(Condition condition) {
  return support::wait_until(condition, std::chrono::seconds(20), std::chrono::milliseconds(10));
}

class Rig;
ReplayTally replay(Rig& rig, const ReplayOptions& options = {});  // of dead letters

// One incarnation of an edge.
class TestEdge {
 public:
  TestEdge(Rig& rig, std::string name = "edge-1");
  TestEdge(Rig& rig, std::string name, const wire::Incarnation& same);  // an edge with a copied log

  // Adds clicks under the next numbers, without shipping them.
  void take(const std::vector<TestClick>& clicks);
  void take(std::size_t count);  // adds `count` clicks of different visitors
  // Ships [first, last] as one entry.
  void ship(std::uint64_t first, std::uint64_t last);
  void ship_raw(std::uint64_t last, std::string_view bytes);
  void ship_void(std::uint64_t first, std::uint64_t last, wire::VoidReason reason = wire::VoidReason::unreadable);
  void ship_all_from(std::uint64_t first);  // one entry for each five clicks
  void new_generation() { ++generation; }
  void send_heartbeat(bool ended = false);
  std::string key() const { return wire::clicks_stream_key(name, incarnation); }
  std::uint64_t head() const { return clicks.size(); }
  std::string encoded(std::uint64_t first, std::uint64_t last) const;

  std::string name;
  wire::Incarnation incarnation;
  std::uint64_t generation = 1;
  std::uint64_t tick = 0;  // of core's, that its heartbeats echo
  std::int64_t clock_error_us = 0;
  std::vector<TestClick> clicks;

 private:
  Rig& rig_;
};

struct PublishedWatermark {
  std::uint64_t position = 0, epoch = 0, nonce = 0, heard = 0;
  bool retired = false;
  std::string database;
};

class Rig {
 public:
  Rig();

  std::unique_ptr<StreamOwner> new_owner();
  std::unique_ptr<WatermarkPublisher> new_watermark_publisher();
  // Runs publisher and owner in turn, with 600 ms of the test's clock passing in each round: enough for heartbeats to
  // be read, streams to be found, clicks to be stored and watermarks to be published.
  void run_rounds(int rounds = 6);
  std::int64_t number(const std::string& sql);  // the first column of the first row, or -1
  std::string text(const std::string& sql);
  std::int64_t clicks() { return number("select count(*) from clicks"); }
  std::optional<PublishedWatermark> mark(const wire::Incarnation& incarnation);
  std::int64_t redis_number(const redis::Arguments& command);

  const std::string url;
  ManualClock clock;
  Database database;
  std::unique_ptr<redis::Redis> redis;
  Metrics metrics;
  IngestProbe probe;
  std::unique_ptr<ClickRules> rules;
  ReadLimits limits;
  std::unique_ptr<WatermarkPublisher> watermark_publisher;
  std::unique_ptr<StreamOwner> owner;
};

}  // namespace footfall::core::testing
