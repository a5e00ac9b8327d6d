// Clicks that could not be stored, with their bytes (PROTOCOL.md 7). They are written in the transaction that moves the
// position, and replayed once the cause is repaired.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/database.h"
#include "proto/wire/ids.h"

namespace footfall::core {

inline constexpr std::string_view kReasonTime = "time";          // the id's day has no partition
inline constexpr std::string_view kReasonDecode = "decode";      // raw is a whole ClickBatch, else one Click
inline constexpr std::string_view kReasonIdentity = "identity";  // no usable id, account, campaign or link

struct NewDeadLetter {
  std::uint64_t number = 0;  // first click number it covers
  std::uint64_t count = 1;
  std::string reason;
  std::string detail;
  std::string raw;
  std::optional<wire::ClickId> click;  // of the one click that it holds, where it has an id
};
Result<void> add_dead_letters(Database& database, std::int64_t stream_id, const std::vector<NewDeadLetter>& letters);

struct DeadLetter {
  std::int64_t id = 0;
  std::int64_t stream_id = 0;
  std::uint64_t number = 0;
  std::uint64_t count = 1;
  std::string reason;
  std::string detail;
  std::string raw;
  std::int64_t created_us = 0;
};
struct DeadLetterFilter {
  std::optional<std::int64_t> id;
  std::optional<std::string> reason;
  std::int64_t above_id = 0;  // for paging, ascending
  int limit = 100;
};
// Those that were not replayed yet. With `lock`, no other transaction can take them.
Result<std::vector<DeadLetter>> dead_letters(Database& database, const DeadLetterFilter& filter, bool lock = false);
// Replayed ones, too, that still have their bytes; ascending.
Result<std::vector<DeadLetter>> letters_with_bytes(Database& database, std::int64_t above_id, int limit);
Result<void> mark_replayed(Database& database, std::int64_t id);

}  // namespace footfall::core
