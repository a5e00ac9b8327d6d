// All records of one kind: found by id, and where the kind has one, by its public key (a link by host and code, an API
// key by its hash). One writer; find_*() and for_each() on any pinned thread.
//
// Tombstones keep the version of what was deleted, so that a late older state does not bring it back. They end with the
// next full load; beyond kTombstonesMax the oldest go first.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string_view>

#include "edge/directory/arena.h"
#include "edge/directory/quiescence.h"
#include "edge/directory/record.h"
#include "edge/directory/slot_table.h"

namespace footfall::edge {

enum class Applied : std::uint8_t {
  applied,
  unchanged,
  older,    // than what is known; nothing was done
  refused,  // does not fit the bounds of record.h; what was known stays
};

// What a kind's public key is. Both are given live (not deleted) records.
class RecordKey {
 public:
  virtual ~RecordKey() = default;
  virtual std::uint64_t hash(const char* record) const = 0;
  virtual bool same(const char* a, const char* b) const = 0;
};

class EntityTable {
 public:
  static constexpr std::size_t kTombstonesMax = std::size_t{1} << 18;

  // `key`: null if records are found by id only. Both outlive the table.
  EntityTable(RecordArena& arena, const RecordKey* key) : arena_(arena), key_(key) {}

  // Readers. Null if there is none; tombstones are found by id.
  const char* find_id(std::uint64_t id) const;
  template <typename Match>
  const char* find_key(std::uint64_t hash, Match match) const {
    const char* found = nullptr;
    keys_.find(hash, [&](std::uint32_t offset) {
      const char* record = arena_.at(offset);
      return match(record) && (found = record, true);
    });
    return found;
  }
  // Every record that stays where it is meanwhile, each in some state between begin and end of the call; `visit`
  // returns false to end early.
  template <typename Visit>
  void for_each(Visit visit) const {
    const SlotTable::Slots& slots = ids_.slots();
    for (std::size_t i = 0; i < slots.capacity(); ++i) {
      const std::uint32_t offset = slots.offset(i);
      if (offset != 0 && !visit(arena_.at(offset))) return;
    }
  }

  // The writer. `record` is packed (record.h) and sound.
  Applied put(std::string_view record);
  // The same for many at once, which is several times faster; false if one did not fit.
  bool put_all(std::span<const std::string_view> records);
  void reserve(std::size_t records);
  // From now on readers look on: memory is freed through `quiescence`.
  void start_serving(Quiescence& quiescence) { quiescence_ = &quiescence; }
  std::size_t live() const { return live_.load(std::memory_order_relaxed); }  // any thread
  std::size_t bytes() const { return ids_.bytes() + (key_ != nullptr ? keys_.bytes() : 0); }

 private:
  std::uint32_t store(std::string_view record);
  void make_room(std::size_t more);
  void index_key(std::uint64_t hash, std::uint32_t offset);
  void add_tombstone(std::uint64_t id);
  void retire_record(std::uint32_t offset, std::size_t size);
  void retire_slots(std::unique_ptr<SlotTable::Slots> slots);

  RecordArena& arena_;
  const RecordKey* key_;
  SlotTable ids_;
  SlotTable keys_;
  Quiescence* quiescence_ = nullptr;
  std::atomic<std::size_t> live_{0};
  std::deque<std::uint64_t> tombstones_;  // ids, oldest first; may name what has come back since
};

}  // namespace footfall::edge
