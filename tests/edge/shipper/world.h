// Disks, Redis, core and edges in one process and one thread, time in the test's hands. The truth
// is kept beside.
#pragma once

#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "edge/shipper/shipper.h"
#include "proto/wire/heartbeat.h"
#include "tests/edge/log/log_life.h"
#include "tests/edge/shipper/fake_ingest.h"

namespace footfall::edge {

inline constexpr const char* kEdgeName = "edge-1";

// One life of an edge: its log on a disk, and its shipper.
struct EdgeLife {
  EdgeLife(FaultyDisk& disk, FakeServer& server, ShipperOptions given = {}, LifeOptions life_options = {},
           const char* name = kEdgeName)
      : log(disk, life_options),
        redis(server),
        shipper(with_name(given, name), log.reader, redis, LogLife::shared_clock(), log.metrics) {}
  static ShipperOptions with_name(ShipperOptions options, const char* name) {
    options.edge_name = name;
    return options;
  }
  // A round of shipping after `us`.
  bool step(std::int64_t us = 100'000) {
    LogLife::shared_clock().advance_us(us);
    return shipper.step();
  }
  double metric(const std::string& name) const {
    const std::string text = log.metrics.expose();
    const auto at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::strtod(text.c_str() + at + name.size() + 2, nullptr);
  }

  LogLife log;
  FakeRedis redis;
  Shipper shipper;
};

struct World {
  explicit World(LifeOptions life_options = {.total_bytes_max = 256u << 20}, ShipperOptions given = {})
      : options(life_options), shipper_options(given) {
    restart();
  }

  void restart() { edge = std::make_unique<EdgeLife>(disk, server, shipper_options, options); }
  // Writes one record of `count` clicks; whether it was acknowledged.
  bool click(std::uint32_t count = 1) {
    std::string clicks;
    std::vector<std::uint64_t> seeds;
    for (std::uint32_t i = 0; i < count; ++i) {
      seeds.push_back(++last_seed);
      clicks += encoded_click(last_seed);
    }
    const auto last = edge->log.write(clicks, count);
    if (!last) return false;
    for (std::uint32_t i = 0; i < count; ++i) acknowledged[edge->log.id][*last - count + 1 + i] = seeds[i];
    return true;
  }
  bool everything_stored() {
    for (const auto& [id, clicks] : acknowledged) {
      const auto row = database.rows.find(id);
      if (!clicks.empty() && (row == database.rows.end() || row->second.position < clicks.rbegin()->first))
        return false;
    }
    return true;
  }
  // What is not stored, for a message.
  std::string missing() {
    std::string text;
    for (const auto& [id, clicks] : acknowledged) {
      if (clicks.empty() || database.rows[id].position >= clicks.rbegin()->first) continue;
      text += id.hex() + " is at " + std::to_string(database.rows[id].position) + " of " +
              std::to_string(clicks.rbegin()->first) + "; ";
    }
    return text;
  }
  // Rounds of everybody until all that was acknowledged is stored. False if that does not come
  // about.
  bool settle(int rounds = 400) {
    for (int i = 0; i < rounds; ++i) {
      edge->step();
      ingest.run(kEdgeName);
      if (everything_stored()) return true;
    }
    return everything_stored();
  }
  // What is wrong with the books, empty if nothing: each row's runs follow one another, and every
  // acknowledged click stands there once, with its own id.
  std::string audit() {
    for (const auto& [id, row] : database.rows) {
      std::map<std::uint64_t, std::string> ids;
      std::uint64_t next = 1;
      for (const StoredRun& run : row.runs) {
        if (run.first != next)
          return id.hex() + ": run at " + std::to_string(run.first) + ", not " + std::to_string(next);
        next = run.last + 1;
        for (std::uint64_t i = 0; run.reason == wire::VoidReason::none && i <= run.last - run.first; ++i) {
          ids[run.first + i] = run.clicks.substr(i * 16, 16);
        }
      }
      for (const auto& [number, seed] : acknowledged[id]) {
        std::string wanted(16, '\0');
        std::memcpy(wanted.data(), &seed, sizeof seed);
        const auto stored = ids.find(number);
        if (stored == ids.end()) return id.hex() + ": click " + std::to_string(number) + " is lost";
        if (stored->second != wanted) return id.hex() + ": another click at " + std::to_string(number);
      }
    }
    return {};
  }

  FakeStream* own_stream() {
    const auto found = server.streams.find(wire::clicks_stream_key(kEdgeName, edge->log.id));
    return found == server.streams.end() ? nullptr : &found->second;
  }

  const LifeOptions options;
  const ShipperOptions shipper_options;
  FaultyDisk disk;
  FakeServer server;
  FakeDatabase database;
  FakeIngest ingest{server, database};
  std::unique_ptr<EdgeLife> edge;
  std::map<wire::Incarnation, std::map<std::uint64_t, std::uint64_t>> acknowledged;  // number → seed
  std::uint64_t last_seed = 0;
};

// Of an incarnation, as it is in Redis.
inline wire::Heartbeat heartbeat_of(World& world, const wire::Incarnation& id) {
  const auto& beats = world.server.hashes[std::string(wire::kIncarnationsKey)];
  const auto found = beats.find(id.hex());
  if (found == beats.end()) return {};
  return *wire::decode_heartbeat(found->second);
}

inline bool has_heartbeat(World& world, const wire::Incarnation& id) {
  return world.server.hashes[std::string(wire::kIncarnationsKey)].contains(id.hex());
}

}  // namespace footfall::edge
