// Thousands of seeded crashes: at any write, with any part of it on the medium, between failing
// writes and a full disk, life after life on the same disk. Afterwards every acknowledged click
// that is not stored must be readable as it was written, and no number that was ever declared void
// may turn up as a click.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "tests/edge/log/log_life.h"

namespace footfall::edge {
namespace {

using Number = std::pair<wire::Incarnation, std::uint64_t>;

struct Truth {
  std::map<Number, std::string> tried;                  // first number → what was written, acknowledged or not
  std::map<Number, std::uint64_t> acknowledged;         // first number → last
  std::set<Number> declared_void;                       // read as a hole by a shipper at some time
  std::map<wire::Incarnation, std::uint64_t> position;  // told to the log as stored
};

void check_run(Truth& truth, const wire::Incarnation& id, const LogRun& run) {
  if (run.reason != wire::VoidReason::none) {
    for (const auto& [number, last] : truth.acknowledged) {
      if (number.first != id || number.second > run.last || last < run.first) continue;
      ASSERT_LE(last, truth.position[id])
          << "an acknowledged click was declared void: hole " << run.first << "-" << run.last << " reason "
          << int(run.reason) << ", click " << number.second << "-" << last;
    }
    for (std::uint64_t number = run.first; number <= run.last; ++number) truth.declared_void.insert({id, number});
    return;
  }
  const auto tried = truth.tried.find({id, run.first});
  ASSERT_NE(tried, truth.tried.end()) << "a click that nobody wrote";
  ASSERT_EQ(run.clicks, tried->second);
  for (std::uint64_t number = run.first; number <= run.last; ++number) {
    ASSERT_FALSE(truth.declared_void.contains({id, number})) << "a void number came back as a click";
  }
}

// Reads all that is not stored, of every incarnation; each acknowledged click must be among it.
void check_everything(Truth& truth, LogLife& life) {
  std::map<Number, std::uint64_t> found;
  for (const LogIncarnation& incarnation : life.all_incarnations()) {
    for (const LogRun& run : life.read_all(incarnation, truth.position[incarnation.id] + 1)) {
      check_run(truth, incarnation.id, run);
      if (::testing::Test::HasFatalFailure()) return;
      if (run.reason == wire::VoidReason::none) found[{incarnation.id, run.first}] = run.last;
    }
  }
  for (const auto& [number, last] : truth.acknowledged) {
    if (last <= truth.position[number.first]) continue;
    const auto there = found.find(number);
    ASSERT_TRUE(there != found.end() && there->second == last)
        << "lost " << number.first.hex() << " " << number.second << "-" << last;
  }
}

void live(Truth& truth, FaultyDisk& disk, std::mt19937_64& random, LifeOptions options) {
  options.recent_bytes = random() % 2 == 0 ? 64 : 256 * 1024;
  LogLife life(disk, options);
  if (!life.recovered) return;
  disk.crash_after(random() % 60);
  const unsigned steps = 20 + random() % 100;
  for (unsigned step = 0; step < steps && !disk.crashed(); ++step) {
    switch (random() % 12) {
      case 0:
        disk.fail_writes(1 + random() % 3);
        break;
      case 1:
        disk.set_capacity(random() % 3 == 0 ? options.segment_bytes * 3 : ~std::uint64_t{0});
        break;
      case 2: {  // a shipper reads on, and some of it is stored
        for (const LogIncarnation& incarnation : life.reader.incarnations()) {
          std::uint64_t& position = truth.position[incarnation.id];
          std::uint64_t next = position + 1;
          for (int i = 0; i < 5 && next <= incarnation.shippable; ++i) {
            LogRun run;
            if (!life.reader.read(incarnation.id, next, 1, 1, run)) break;
            check_run(truth, incarnation.id, run);
            if (::testing::Test::HasFatalFailure()) return;
            next = run.last + 1;
          }
          if (random() % 2 == 0) continue;
          position = next - 1;
          life.reader.stored(incarnation.id, position);
          if (incarnation.ended && position == incarnation.head) life.reader.finished(incarnation.id);
        }
        break;
      }
      default: {
        while (life.prepare()) {
        }
        const std::string clicks =
            std::to_string(random()) + std::string(random() % (random() % 4 == 0 ? 30'000 : 900), 'c');
        const std::uint32_t count = 1 + static_cast<std::uint32_t>(random() % 4);
        // The number it will get, if it gets one: after all that was safe and all that is void.
        std::uint64_t next = life.progress.head() + 1;
        const auto records = life.table.incarnations();
        if (!records.back().voids.empty()) next = std::max(next, records.back().voids.back().last + 1);
        life.writer.add(clicks, count);
        truth.tried[{life.id, next}] = clicks;
        if (life.writer.commit()) {
          ASSERT_EQ(life.progress.head(), next + count - 1);
          truth.acknowledged[{life.id, next}] = next + count - 1;
        }
      }
    }
    LogLife::shared_clock().advance_us(10'000);
  }
}

TEST(CrashTest, rule_03_no_acknowledged_click_is_lost_and_no_void_one_comes_back) {
  const char* given = std::getenv("FOOTFALL_CRASH_SEEDS");
  const std::uint64_t seeds = given != nullptr ? std::strtoull(given, nullptr, 10) : 600;
  std::uint64_t crashes = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    FaultyDisk disk(seed);
    Truth truth;
    const LifeOptions options{.min_age_us = random() % 2 == 0 ? 0 : 50'000};
    const unsigned lives = 2 + random() % 6;
    for (unsigned i = 0; i < lives; ++i) {
      live(truth, disk, random, options);
      if (HasFatalFailure()) return;
      disk.power_cut();
      ++crashes;
      disk.set_capacity(~std::uint64_t{0});
      LogLife after(disk, options);
      ASSERT_TRUE(after.recovered);
      for (const auto& [id, position] : truth.position) after.table.set_position(id, position);
      check_everything(truth, after);
      if (HasFatalFailure()) return;
    }
  }
  RecordProperty("crashes", static_cast<int>(crashes));
  std::printf("%llu crashes\n", static_cast<unsigned long long>(crashes));
}

}  // namespace
}  // namespace footfall::edge
