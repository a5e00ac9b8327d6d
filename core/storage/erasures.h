// Erasure of a click, of a visitor's clicks or of an affiliate's: the columns that tell of a person are set to null.
// The id stays, so that the click is not stored again when an edge ships it again, and a click that arrives later
// loses the columns on arrival (PROTOCOL.md 14).
//
// An erasure is first noted, then carried out. An advisory lock orders the note with the transactions that store
// clicks: they hold it shared, the note exclusively. So either a storing transaction sees the note, or it has
// committed before and its rows are found.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/storage/database.h"
#include "core/storage/dead_letters.h"
#include "proto/base/crypto.h"
#include "proto/wire/ids.h"

namespace footfall::core {

// What of a click says whether an erasure covers it.
struct ErasableClick {
  wire::ClickId id;
  std::string_view visitor;  // 16 bytes or empty
  wire::AffiliateId affiliate;
  std::int64_t received_us = 0;
};

// The erasures that this reader has read so far. Not thread-safe.
class Erasures {
 public:
  // Call in a transaction that stores clicks, before anything is decided: takes the shared lock and reads new erasures.
  Result<void> refresh(Database& database);
  bool cover(const ErasableClick& click) const;

 private:
  struct Hash {
    KeyedHash hash;  // clients choose ids
    std::size_t operator()(const std::array<char, 16>& value) const { return hash({value.data(), value.size()}); }
  };
  std::unordered_set<std::array<char, 16>, Hash> visitors_;
  std::unordered_set<std::array<char, 16>, Hash> clicks_;
  std::unordered_map<std::uint64_t, std::int64_t> affiliates_;  // until when
  std::int64_t last_id_ = 0;
};

// The shared lock alone, for a transaction that keeps what it has read of visitors.
Result<void> keep_erasures_out(Database& database);

struct ErasureReport {
  std::int64_t clicks = 0;              // rows that lost their columns now
  std::int64_t events = 0;              // AffSpace's events of these clicks, which lost page and referrer
  std::int64_t callbacks = 0;           // in the log of callbacks, which lost their parameters
  std::int64_t dead_letters = 0;        // which lost their bytes
  std::int64_t unreadable_letters = 0;  // whose bytes nobody can read, so that they may hold such a click; not touched
};

struct LetterClick {
  wire::AffiliateId affiliate;
  std::int64_t received_us = 0;
};
// The clicks of a dead letter; none if it cannot be read.
using LetterReader = std::function<std::optional<std::vector<LetterClick>>(const DeadLetter& letter)>;

// Forgets the notes of erasures before this time. Once all that was received before it is past its retention, nothing
// that they cover can be stored any more.
Result<std::int64_t> trim_erasures(Database& database, std::int64_t before_us);

// Each notes the erasure and then goes through what is stored, day by day; after a failure the same call does the rest.
// The visitor hash is the 16 bytes of the visitor column; it is salted by the day, so a person known by other means has
// one for each day. An affiliate's later clicks are not covered. Not within a transaction.
Result<ErasureReport> erase_click(Database& database, const wire::ClickId& id);
Result<ErasureReport> erase_visitor(Database& database, std::string_view visitor);
Result<ErasureReport> erase_affiliate_clicks(Database& database, wire::AffiliateId affiliate,
                                             const LetterReader& reader);

}  // namespace footfall::core
