// Arena, slot table, quiescence, host names: the store's ground.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <random>
#include <set>

#include "edge/directory/arena.h"
#include "edge/directory/host_names.h"
#include "edge/directory/quiescence.h"
#include "edge/directory/record.h"
#include "edge/directory/slot_table.h"

namespace footfall::edge {
namespace {

TEST(Arena, BlocksNeverOverlapAndKeepWhatWasWritten) {
  RecordArena arena;
  std::mt19937 random(1);
  std::map<std::uint32_t, std::pair<std::size_t, char>> blocks;
  for (int round = 0; round < 200'000; ++round) {
    if (blocks.size() > 2'000 || (!blocks.empty() && random() % 3 == 0)) {
      auto it = blocks.lower_bound(static_cast<std::uint32_t>(random()) % 100'000);
      if (it == blocks.end()) it = blocks.begin();
      const auto [size, mark] = it->second;
      for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(arena.at(it->first)[i], mark);
      arena.free(it->first, size);
      blocks.erase(it);
    } else {
      const std::size_t size = 1 + random() % (random() % 50 == 0 ? kRecordBytesMax : 200);
      const std::uint32_t offset = arena.allocate(size);
      ASSERT_NE(offset, 0u);
      const char mark = static_cast<char>(random());
      std::memset(arena.at(offset), mark, size);
      ASSERT_TRUE(blocks.emplace(offset, std::pair(size, mark)).second);
    }
  }
}

TEST(Arena, ReusesWhatWasFreedForOtherSizes) {
  RecordArena arena;
  std::vector<std::uint32_t> large;
  for (int i = 0; i < 10'000; ++i) large.push_back(arena.allocate(160));
  const std::size_t bytes = arena.bytes();
  for (const std::uint32_t offset : large) arena.free(offset, 160);
  for (int i = 0; i < 20'000; ++i) ASSERT_NE(arena.allocate(80), 0u);
  EXPECT_EQ(arena.bytes(), bytes) << "a changed size must not leave the old blocks behind";
}

TEST(Arena, RefusesWhatIsTooLong) {
  RecordArena arena;
  EXPECT_EQ(arena.allocate(kRecordBytesMax + 1), 0u);
  EXPECT_NE(arena.allocate(kRecordBytesMax), 0u);
}

std::uint64_t hash_of(std::uint64_t n) {
  n = (n + 0x9E3779B97F4A7C15) * 0xBF58476D1CE4E5B9;
  return (n ^ (n >> 31)) * 0x94D049BB133111EB;
}

TEST(SlotTable, AgreesWithAMapUnderChurn) {
  SlotTable table;
  std::map<std::uint64_t, std::uint32_t> model;  // key → offset
  std::map<std::uint32_t, std::uint64_t> key_at;
  std::mt19937 random(2);
  std::uint32_t next = 1;
  for (int round = 0; round < 300'000; ++round) {
    const std::uint64_t key = random() % 3'000;
    const std::uint64_t hash = hash_of(key);
    const auto known = model.find(key);
    const std::uint32_t found = table.find(hash, [&](std::uint32_t offset) { return key_at[offset] == key; });
    ASSERT_EQ(found, known == model.end() ? 0 : known->second);
    if (known == model.end()) {
      (void)table.reserve(1);  // frees the old slots at once: nobody else reads
      key_at[next] = key;
      model[key] = next;
      table.insert(hash, next++);
    } else if (random() % 2 == 0) {
      ASSERT_TRUE(table.erase(hash, known->second));
      model.erase(known);
    } else {
      key_at[next] = key;
      ASSERT_TRUE(table.replace(hash, known->second, next));
      known->second = next++;
    }
    ASSERT_EQ(table.size(), model.size());
  }
  EXPECT_LE(table.slots().capacity(), 8'000u) << "churn alone must not grow the table";
  EXPECT_FALSE(table.erase(hash_of(1), 0xFFFFFFFF));
}

TEST(SlotTable, StaysWithinItsBytesAnEntry) {
  SlotTable table;
  double worst = 0;
  for (std::uint32_t i = 1; i <= 1'000'000; ++i) {
    (void)table.reserve(1);
    table.insert(hash_of(i), i);
    if (i > 10'000) worst = std::max(worst, static_cast<double>(table.bytes()) / i);
  }
  EXPECT_LE(worst, 13.5);
}

TEST(Quiescence, FreesOnlyAfterEveryPinnedWorkerHasPassed) {
  Quiescence quiescence(3);
  int freed = 0;
  quiescence.pin(0);
  quiescence.pin(1);
  quiescence.retire([&] { ++freed; });
  quiescence.reclaim();
  EXPECT_EQ(freed, 0);
  quiescence.unpin(0);
  quiescence.pin(0);  // pinned again: sees nothing of what was retired before
  quiescence.reclaim();
  EXPECT_EQ(freed, 0) << "worker 1 has not passed";
  quiescence.unpin(1);
  quiescence.reclaim();
  EXPECT_EQ(freed, 1);
}

TEST(Quiescence, PinningTwiceIsPinningOnce) {
  Quiescence quiescence(1);
  int freed = 0;
  quiescence.pin(0);
  quiescence.pin(0);
  quiescence.retire([&] { ++freed; });
  quiescence.reclaim();
  EXPECT_EQ(freed, 0);
  quiescence.unpin(0);
  quiescence.unpin(0);
  quiescence.reclaim();
  EXPECT_EQ(freed, 1);
}

TEST(Quiescence, FreesInOrder) {
  Quiescence quiescence(1);
  std::vector<int> order;
  quiescence.pin(0);
  quiescence.retire([&] { order.push_back(1); });
  quiescence.reclaim();
  quiescence.retire([&] { order.push_back(2); });
  EXPECT_EQ(quiescence.waiting(), 2u);
  quiescence.drain();
  EXPECT_THAT(order, ::testing::ElementsAre(1, 2));
}

TEST(HostNames, KeepEachOnceAndRefuseTooLong) {
  HostNames names;
  for (int i = 0; i < 3'000; ++i) ASSERT_EQ(names.intern("h" + std::to_string(i)), static_cast<std::uint32_t>(i));
  EXPECT_EQ(names.intern("h2999"), 2999u);
  EXPECT_EQ(names.at(1500), "h1500");
  EXPECT_EQ(names.size(), 3'000u);
  EXPECT_FALSE(names.intern(std::string(kHostBytesMax + 1, 'x')));
}

}  // namespace
}  // namespace footfall::edge
