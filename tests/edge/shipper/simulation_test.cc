// Everything at once, from a seed: crashes, failing disks, a Redis that is flushed, restored, out
// of memory and loses replies, a core that lags and whose database is restored, a second edge with
// a copy of the log. In the end all is well again, and then every acknowledged click must be stored
// once, under its own number.
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <random>

#include "tests/edge/shipper/world.h"

namespace footfall::edge {
namespace {

struct Storm {
  explicit Storm(std::uint64_t seed) : random(seed) {}

  void fault_redis(EdgeLife& edge) {
    const unsigned kind = random() % 6;
    if (kind == 0) {
      edge.redis.fault = [](const redis::Arguments&) { return "down"; };
    } else if (kind == 1) {
      edge.redis.fault = [this](const redis::Arguments&) { return random() % 4 == 0 ? "lost" : ""; };
    } else if (kind == 2) {
      edge.redis.fault = [this](const redis::Arguments& arguments) {
        return arguments[0] == "XADD" && random() % 2 == 0 ? "OOM command not allowed when used memory" : "";
      };
    } else if (kind == 3) {
      edge.redis.fault = [this](const redis::Arguments&) {
        return random() % 5 == 0 ? "down" : random() % 5 == 0 ? "lost" : "";
      };
    } else {
      edge.redis.fault = nullptr;
    }
  }

  void strike(World& world) {
    switch (random() % 40) {
      case 0:
        world.server.streams.clear();
        world.server.hashes.clear();
        break;
      case 1:
        dump = world.server;
        break;
      case 2:
        if (dump) world.server = *dump;
        break;
      case 3:
        world.disk.fail_writes(1 + random() % 2);
        break;
      case 4:
        world.disk.crash_after(random() % 3);
        while (!world.disk.crashed()) world.click(1 + random() % 3);
        world.edge.reset();
        world.disk.power_cut();
        world.restart();
        break;
      case 5:
        backup = world.database;
        break;
      case 6:
        if (backup) {
          const std::uint64_t epoch = world.database.epoch + 1;
          world.database = *backup;
          world.database.epoch = epoch;
          world.ingest.restart();
        }
        break;
      case 7:
        if (!clone_disk) {
          clone_disk = std::make_unique<FaultyDisk>(7);
          clone_disk->copy_from(world.disk);
          clone = std::make_unique<EdgeLife>(*clone_disk, world.server, world.shipper_options, world.options);
        } else {
          clone.reset();
          clone_disk.reset();
        }
        break;
      case 8:
      case 9:
        fault_redis(*world.edge);
        if (clone) fault_redis(*clone);
        break;
      case 10:
        LogLife::shared_clock().advance_us(static_cast<std::int64_t>(random() % 5'000'000));
        break;
      default:
        break;
    }
  }

  std::mt19937_64 random;
  std::optional<FakeServer> dump;
  std::optional<FakeDatabase> backup;
  std::unique_ptr<FaultyDisk> clone_disk;
  std::unique_ptr<EdgeLife> clone;
};

TEST(Simulation, what_was_acknowledged_is_stored_once_whatever_happens) {
  const char* given = std::getenv("FOOTFALL_SIMULATION_SEEDS");
  const std::uint64_t seeds = given != nullptr ? std::strtoull(given, nullptr, 10) : 150;
  const char* from = std::getenv("FOOTFALL_SIMULATION_FIRST");
  const std::uint64_t first = from != nullptr ? std::strtoull(from, nullptr, 10) : 1;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Storm storm(seed);
    ShipperOptions options;
    options.entry_clicks = 4;
    options.backlog_entry_clicks = 9;
    options.pipeline_bytes = 2000;
    options.unstored_bytes_max = 5000;
    World world({.total_bytes_max = 256u << 20}, options);
    for (int i = 0; i < 250; ++i) {
      if (storm.random() % 3 != 0) world.click(1 + storm.random() % 4);
      storm.strike(world);
      world.edge->step(static_cast<std::int64_t>(storm.random() % 150'000));
      if (storm.clone && storm.random() % 2 == 0) storm.clone->step(0);
      if (storm.random() % 3 == 0) world.ingest.run(kEdgeName, storm.random() % 6);
    }
    world.edge->redis.fault = nullptr;
    world.disk.kill_process();
    if (storm.random() % 2 == 0) {
      storm.clone.reset();
    } else if (storm.clone) {
      storm.clone->redis.fault = nullptr;
    }
    for (int i = 0; i < 3000 && !world.everything_stored(); ++i) {
      world.edge->step();
      if (storm.clone) storm.clone->step(0);
      world.ingest.run(kEdgeName, 3);
    }
    ASSERT_EQ(world.missing(), "");
    ASSERT_EQ(world.audit(), "");
  }
}

}  // namespace
}  // namespace footfall::edge
