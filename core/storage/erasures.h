// Erasure of a visitor or a click: the columns that identify a person are set to null. The id stays, so that the click
// is not stored again when an edge ships it again, and a click that arrives later loses the columns on arrival
// (PROTOCOL.md 14).
//
// An advisory lock orders the two sides: a transaction that stores clicks holds it shared, one that erases holds it
// exclusively, both to their end. So either the erasing transaction sees the stored rows, or the storing one sees the
// erasure; and erasures commit in the order of their ids.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_set>

#include "core/storage/database.h"
#include "proto/base/crypto.h"
#include "proto/wire/ids.h"

namespace footfall::core {

// The erasures that this reader has read so far. Not thread-safe.
class Erasures {
 public:
  // Call in a transaction that stores clicks, before anything is decided: takes the shared lock and reads new erasures.
  Result<void> refresh(Database& database);
  bool cover(const wire::ClickId& id, std::string_view visitor) const;

 private:
  struct Hash {
    KeyedHash hash;  // clients choose ids
    std::size_t operator()(const std::array<char, 16>& value) const { return hash({value.data(), value.size()}); }
  };
  std::unordered_set<std::array<char, 16>, Hash> visitors_;
  std::unordered_set<std::array<char, 16>, Hash> clicks_;
  std::int64_t last_id_ = 0;
};

// The shared lock alone, for a transaction that keeps what it has read of visitors.
Result<void> keep_erasures_out(Database& database);

struct ErasureReport {
  std::int64_t clicks = 0;
  std::int64_t dead_letters = 0;
};
// In a transaction of their own. The hash is the 16 bytes of the visitor column; it is salted by the day, so a person
// known by other means has one for each day.
Result<ErasureReport> erase_visitor(Database& database, std::string_view visitor);
Result<ErasureReport> erase_click(Database& database, const wire::ClickId& id);

}  // namespace footfall::core
