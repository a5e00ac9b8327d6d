// Erasure of a visitor or a click: the columns that tell of a person are blanked, the id stays as a tombstone, so that
// shipping again cannot bring them back; what arrives later is blanked on arrival (PROTOCOL.md 14).
//
// A lock orders the two sides: who stores clicks holds it shared to the end of the transaction, who erases holds it
// alone. So either the eraser sees the stored rows, or the storer sees the erasure; and erasures commit in id order.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_set>

#include "core/storage/database.h"
#include "proto/base/crypto.h"
#include "proto/wire/ids.h"

namespace footfall::core {

// What was erased so far, as far as this reader has read. Not thread-safe.
class Erasures {
 public:
  // In a transaction that stores clicks, before anything is judged: takes the shared lock, reads what is new.
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

struct ErasureReport {
  std::int64_t clicks = 0;
  std::int64_t dead_letters = 0;
};
// In a transaction of their own. The hash is the 16 bytes of the visitor column; it is salted by the day, so a person
// known by other means has one for each day.
Result<ErasureReport> erase_visitor(Database& database, std::string_view visitor);
Result<ErasureReport> erase_click(Database& database, const wire::ClickId& id);

}  // namespace footfall::core
