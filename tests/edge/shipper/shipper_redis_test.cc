// Log and shipper with their threads against a real Redis that is flushed, killed, paused and
// restarted under load. Ingest is a small reader of this test: it takes nothing out of turn and
// asks for a resend at a gap.
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include "edge/log/log_options.h"
#include "edge/shipper/shipper.h"
#include "edge/shipper/tick_listener.h"
#include "proto/base/lifecycle.h"
#include "proto/schema/click.pb.h"
#include "proto/wire/heartbeat.h"
#include "proto/wire/streams.h"
#include "proto/wire/watermark.h"
#include "tests/edge/shipper/fake_ingest.h"
#include "tests/support/private_servers.h"
#include "tests/support/wait_until.h"

namespace footfall::edge {
namespace {

using namespace std::chrono_literals;

redis::Options options_for(const support::PrivateRedis& server) {
  redis::Options options;
  options.port = server.port();
  options.command_ms = 300;
  options.retry_ms = 50;
  return options;
}

class LiveIngest {
 public:
  explicit LiveIngest(const support::PrivateRedis& server) : redis_(redis::make_client(options_for(server))) {}

  // Everything that is there now, of every incarnation with a heartbeat.
  void run() {
    const auto beats = redis::read_hash(*redis_, wire::kIncarnationsKey);
    if (!beats) return;
    for (const auto& [field, value] : *beats) {
      const auto beat = wire::decode_heartbeat(value);
      if (!beat) continue;
      Row& row = rows_[beat->incarnation];
      read(wire::clicks_stream_key(beat->edge, beat->incarnation), row);
      const std::string bytes =
          wire::encode_watermark({beat->incarnation, row.position, "test database 16", 1, row.nonce, false, 0});
      redis_->command({"HSET", wire::kStoredKey, field, bytes});
    }
  }
  // Seeds of the clicks stored, in all incarnations; doubles are counted.
  std::multiset<std::uint64_t> seeds() const { return seeds_; }

 private:
  struct Row {
    std::uint64_t position = 0;
    std::uint64_t nonce = 0;
    std::string cursor = "0-0";
  };

  void read(const std::string& stream, Row& row) {
    const auto state = redis_->command({"XREVRANGE", stream, "+", "-", "COUNT", "1"});
    if (state && !state->elements.empty()) {
      const auto top = wire::parse_entry_id(state->elements[0].elements[0].text);
      if (*top < *wire::parse_entry_id(row.cursor)) row.cursor = "0-0";
    }
    const auto entries = redis::read_stream(*redis_, stream, row.cursor, 1000, 0);
    if (!entries) return;
    for (const auto& entry : *entries) {
      row.cursor = entry.id;
      schema::ClickBatch batch;
      ASSERT_TRUE(batch.ParseFromString(std::string(redis::find_field(entry, wire::kBatchField))));
      if (batch.last() <= row.position) continue;
      if (batch.first() > row.position + 1) {
        ++row.nonce;
        return;
      }
      ASSERT_EQ(batch.void_reason(), 0u);
      for (std::uint64_t number = row.position + 1; number <= batch.last(); ++number) {
        std::uint64_t seed = 0;
        std::memcpy(&seed, batch.clicks(static_cast<int>(number - batch.first())).id().data(), sizeof seed);
        seeds_.insert(seed);
      }
      row.position = batch.last();
    }
  }

  std::unique_ptr<redis::Redis> redis_;
  std::map<wire::Incarnation, Row> rows_;
  std::multiset<std::uint64_t> seeds_;
};

// An edge in one process: log, shipper thread, and a worker that writes a click a millisecond.
class LiveEdge {
 public:
  LiveEdge(const std::filesystem::path& directory, const support::PrivateRedis& server, std::uint64_t first_seed)
      : next_seed_(first_seed), redis_(redis::make_client(options_for(server))) {
    LogOptions options;
    options.directory = directory;
    options.segment_bytes = kSegmentBytesMin;
    options.total_bytes_max = 32 * kSegmentBytesMin;
    log_ = *open_log(options, system_clock(), metrics_,
                     [this](unsigned, std::uint64_t, bool safe) { safe ? ++safe_ : ++unsafe_; });
    ShipperOptions shipping;
    shipping.edge_name = "live";
    shipper_ = std::make_unique<Shipper>(shipping, log_->reader(), *redis_, system_clock(), metrics_);
    thread_ = Worker("shipper", [this](const std::stop_token& stop) { shipper_->run(stop); });
  }
  ~LiveEdge() {
    log_->close();
    thread_.request_stop();
    thread_.join();
  }
  void click() {
    OpenBatch batch = log_->take_empty(0);
    batch.clicks = encoded_click(next_seed_);
    batch.count = 1;
    batch.ticket = ++ticket_;
    ++next_seed_;
    log_->submit(0, std::move(batch));
  }
  void clicks_for(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
      click();
      ASSERT_TRUE(support::wait_until([&] { return safe_ + unsafe_ >= static_cast<int>(ticket_); })) << "not decided";
    }
  }
  bool flush() {
    log_->close();
    thread_.request_stop();
    thread_.join();
    return shipper_->flush(system_clock().steady_us() + 2'000'000);
  }
  std::uint64_t next_seed() const { return next_seed_; }
  int refused() const { return unsafe_; }
  LogReader& reader() { return log_->reader(); }

 private:
  std::uint64_t next_seed_;
  std::uint64_t ticket_ = 0;
  std::atomic<int> safe_{0}, unsafe_{0};
  Metrics metrics_;
  std::unique_ptr<redis::Redis> redis_;
  std::unique_ptr<DurableLog> log_;
  std::unique_ptr<Shipper> shipper_;
  Worker thread_;
};

void expect_each_once(LiveIngest& ingest, std::uint64_t seeds, std::chrono::seconds limit = 15s) {
  support::wait_until(
      [&] {
        ingest.run();
        return ingest.seeds().size() >= seeds - 1;
      },
      limit, 20ms);
  const auto stored = ingest.seeds();
  EXPECT_EQ(stored.size(), seeds - 1);
  for (std::uint64_t seed = 1; seed < seeds; ++seed) ASSERT_EQ(stored.count(seed), 1u) << seed;
}

TEST(LiveShipper, stores_each_click_once_while_redis_is_flushed_killed_paused_and_restarted) {
  support::PrivateRedis server;
  support::TempDir directory;
  LiveIngest ingest(server);
  LiveEdge edge(directory.path(), server, 1);
  edge.clicks_for(300ms);
  ingest.run();
  edge.clicks_for(200ms);
  server.flush();
  edge.clicks_for(300ms);
  ingest.run();
  server.pause();
  edge.clicks_for(500ms);
  server.resume();
  edge.clicks_for(100ms);
  server.kill9();  // it keeps nothing
  edge.clicks_for(300ms);
  server.start();
  edge.clicks_for(200ms);
  EXPECT_EQ(edge.refused(), 0) << "the hot path never noticed";
  expect_each_once(ingest, edge.next_seed());
}

TEST(LiveShipper, a_restart_ships_the_rest_and_a_copied_directory_doubles_nothing) {
  support::PrivateRedis server;
  support::TempDir directory;
  support::TempDir copy;
  LiveIngest ingest(server);
  std::uint64_t seeds = 1;
  {
    LiveEdge edge(directory.path() / "log", server, seeds);
    edge.clicks_for(200ms);
    server.kill9();
    edge.clicks_for(200ms);
    seeds = edge.next_seed();
  }
  std::filesystem::copy(directory.path() / "log", copy.path() / "log", std::filesystem::copy_options::recursive);
  server.start();
  LiveEdge edge(directory.path() / "log", server, seeds);
  LiveEdge clone(copy.path() / "log", server, 0);
  edge.clicks_for(300ms);
  expect_each_once(ingest, edge.next_seed());
}

TEST(LiveShipper, flush_at_the_end_leaves_nothing_behind) {
  support::PrivateRedis server;
  support::TempDir directory;
  LiveIngest ingest(server);
  LiveEdge edge(directory.path(), server, 1);
  edge.clicks_for(100ms);
  EXPECT_TRUE(edge.flush());
  ingest.run();
  EXPECT_EQ(ingest.seeds().size(), edge.next_seed() - 1);
}

// PROTOCOL.md 12
TEST(TickListener, hears_each_tick_also_of_a_redis_that_was_flushed_or_restarted) {
  support::PrivateRedis server;
  std::atomic<int> heard{0};
  const auto listener_redis = redis::make_client(options_for(server));
  TickListener listener(*listener_redis, [&] { ++heard; });
  Worker thread("ticks", [&](const std::stop_token& stop) { listener.run(stop); });
  const auto redis = redis::make_client(options_for(server));
  // A tick that comes before the listener waits is not heard, so it is raised until one is.
  const auto hears_a_tick = [&] {
    const int before = heard.load();
    return support::wait_until([&] {
      redis->command({"XADD", wire::kTicksKey, "MAXLEN", "~", "100", "*", "t", "1"});
      return heard.load() > before;
    });
  };
  EXPECT_TRUE(hears_a_tick());
  EXPECT_TRUE(hears_a_tick());
  server.flush();
  EXPECT_TRUE(hears_a_tick());
  server.kill9();
  server.start();
  EXPECT_TRUE(hears_a_tick());
}

}  // namespace
}  // namespace footfall::edge
