// A change becomes visible by one store into a slot; the record that it replaces is retired and never touched. Two live
// records may claim one key for a moment, when a code passes from a deleted link to a new one and the two changes are
// seen out of order. The later claim wins then, and the record that lost it can only be found by its id.
#include "edge/directory/entity_table.h"

#include <array>
#include <cstring>
#include <utility>

namespace footfall::edge {
namespace {

// Ids are dense numbers that nobody chooses to hurt us: mixing is enough.
std::uint64_t hash_id(std::uint64_t id) {
  id += 0x9E3779B97F4A7C15;
  id = (id ^ (id >> 30)) * 0xBF58476D1CE4E5B9;
  id = (id ^ (id >> 27)) * 0x94D049BB133111EB;
  return id ^ (id >> 31);
}

RecordHead head_of(const char* record) {
  RecordHead head;
  parse_head(record, kRecordBytesMax, head);
  return head;
}

}  // namespace

const char* EntityTable::find_id(std::uint64_t id) const {
  const char* found = nullptr;
  ids_.find(hash_id(id), [&](std::uint32_t offset) {
    const char* record = arena_.at(offset);
    return head_of(record).id == id && (found = record, true);
  });
  return found;
}

Applied EntityTable::put(std::string_view record) {
  RecordHead head;
  parse_head(record.data(), record.size(), head);
  const std::uint64_t id_hash = hash_id(head.id);
  const std::uint32_t old_offset =
      ids_.find(id_hash, [&](std::uint32_t offset) { return head_of(arena_.at(offset)).id == head.id; });
  const char* old = old_offset != 0 ? arena_.at(old_offset) : nullptr;
  const RecordHead old_head = old != nullptr ? head_of(old) : RecordHead{};
  if (old != nullptr && head.version < old_head.version) return Applied::older;

  const bool keyed = key_ != nullptr && !head.deleted;
  const std::uint64_t key_hash = keyed ? key_->hash(record.data()) : 0;
  if (old != nullptr && record == std::string_view(old, old_head.size) &&
      (!keyed || keys_.contains(key_hash, old_offset))) {
    return Applied::unchanged;
  }
  const std::uint32_t offset = store(record);
  if (offset == 0) return Applied::refused;
  make_room(1);
  if (keyed) index_key(key_hash, offset);
  if (key_ != nullptr && old != nullptr && !old_head.deleted) keys_.erase(key_->hash(old), old_offset);
  if (old != nullptr) {
    ids_.replace(id_hash, old_offset, offset);
    retire_record(old_offset, old_head.size);
  } else {
    ids_.insert(id_hash, offset);
  }
  const bool was_live = old != nullptr && !old_head.deleted;
  if (head.deleted != !was_live) live_.store(live() + (was_live ? -1 : 1), std::memory_order_relaxed);
  if (head.deleted && (old == nullptr || was_live)) add_tombstone(head.id);
  return Applied::applied;
}

bool EntityTable::put_all(std::span<const std::string_view> records) {
  // Each record costs two or three cache misses in the tables; asking for all of a group's slots before the first is
  // used lets them come together.
  constexpr std::size_t kGroup = 32;
  struct Entry {
    std::uint32_t offset;
    std::uint64_t id;
    std::uint64_t id_hash;
    std::uint64_t key_hash;
  };
  std::array<Entry, kGroup> group;
  make_room(records.size());
  while (!records.empty()) {
    const std::size_t count = std::min(records.size(), kGroup);
    for (std::size_t i = 0; i < count; ++i) {
      RecordHead head;
      parse_head(records[i].data(), records[i].size(), head);
      Entry& entry = group[i] = {0, head.id, hash_id(head.id), 0};
      if (head.deleted) continue;
      entry.offset = store(records[i]);
      if (entry.offset == 0) return false;
      ids_.prefetch(entry.id_hash);
      if (key_ == nullptr) continue;
      entry.key_hash = key_->hash(records[i].data());
      keys_.prefetch(entry.key_hash);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const Entry& entry = group[i];
      const bool known = entry.offset == 0 || ids_.find(entry.id_hash, [&](std::uint32_t offset) {
        return head_of(arena_.at(offset)).id == entry.id;
      }) != 0;
      if (known) {
        if (entry.offset != 0) arena_.free(entry.offset, records[i].size());  // nobody has seen it
        if (put(records[i]) == Applied::refused) return false;
        continue;
      }
      if (key_ != nullptr) index_key(entry.key_hash, entry.offset);
      ids_.insert(entry.id_hash, entry.offset);
      live_.store(live() + 1, std::memory_order_relaxed);
    }
    records = records.subspan(count);
  }
  return true;
}

void EntityTable::reserve(std::size_t records) {
  if (records > ids_.size()) make_room(records - ids_.size());
}

std::uint32_t EntityTable::store(std::string_view record) {
  const std::uint32_t offset = arena_.allocate(record.size());
  if (offset != 0) std::memcpy(arena_.at(offset), record.data(), record.size());
  return offset;
}

void EntityTable::make_room(std::size_t more) {
  retire_slots(ids_.reserve(more));
  if (key_ != nullptr) retire_slots(keys_.reserve(more));
}

void EntityTable::index_key(std::uint64_t hash, std::uint32_t offset) {
  const char* record = arena_.at(offset);
  const std::uint32_t holder =
      keys_.find(hash, [&](std::uint32_t other) { return key_->same(record, arena_.at(other)); });
  if (holder == 0) {
    keys_.insert(hash, offset);
  } else {
    keys_.replace(hash, holder, offset);
  }
}

void EntityTable::add_tombstone(std::uint64_t id) {
  tombstones_.push_back(id);
  if (tombstones_.size() <= kTombstonesMax) return;
  const std::uint64_t oldest = tombstones_.front();
  tombstones_.pop_front();
  const std::uint64_t hash = hash_id(oldest);
  const std::uint32_t offset = ids_.find(hash, [&](std::uint32_t at) { return head_of(arena_.at(at)).id == oldest; });
  if (offset == 0) return;
  const RecordHead head = head_of(arena_.at(offset));
  if (!head.deleted) return;
  ids_.erase(hash, offset);
  retire_record(offset, head.size);
}

void EntityTable::retire_record(std::uint32_t offset, std::size_t size) {
  if (quiescence_ == nullptr) return arena_.free(offset, size);
  quiescence_->retire(
      [arena = &arena_, offset, size32 = static_cast<std::uint32_t>(size)] { arena->free(offset, size32); });
}

void EntityTable::retire_slots(std::unique_ptr<SlotTable::Slots> slots) {
  if (slots == nullptr || quiescence_ == nullptr) return;
  quiescence_->retire([old = slots.release()] { delete old; });
}

}  // namespace footfall::edge
