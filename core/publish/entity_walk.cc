#include "core/publish/entity_walk.h"

#include <charconv>

#include "core/publish/entity_codec.h"
#include "core/storage/directory_log.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kRowsPerRead = 4'096;

using Kind = WalkCursor::Kind;

// Appends the encoded rows. Returns false when `bytes_max` was reached before the last row.
template <typename Rows, typename Encode>
Result<bool> take(const Rows& rows, Encode encode, WalkCursor& cursor, Kind next, std::size_t bytes_max,
                  std::vector<std::string>& out, std::size_t& bytes) {
  if (!rows) return Failure(rows.error());
  for (const auto& row : *rows) {
    if (bytes >= bytes_max) return false;
    out.push_back(encode(row));
    bytes += out.back().size() + 4;
    cursor.after = static_cast<std::int64_t>(row.id);
  }
  if (static_cast<std::int64_t>(rows->size()) < kRowsPerRead) cursor = {next, -1};
  return true;
}

}  // namespace

std::string WalkCursor::text() const {
  if (at_end()) return "";
  return std::string(1, static_cast<char>(kind)) + (after >= 0 ? std::to_string(after) : "");
}

std::optional<WalkCursor> WalkCursor::parse(std::string_view text) {
  WalkCursor cursor;
  if (text.empty()) return cursor;
  if (std::string_view("sckl").find(text[0]) == std::string_view::npos) return std::nullopt;
  cursor.kind = static_cast<Kind>(text[0]);
  if (text.size() == 1) return cursor;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + 1, end, cursor.after);
  if (error != std::errc{} || rest != end || cursor.after < 0) return std::nullopt;
  return cursor;
}

Result<std::vector<std::string>> walk_entities(Database& database, WalkCursor& cursor, std::uint64_t version,
                                               std::size_t bytes_max) {
  std::vector<std::string> entities;
  std::size_t bytes = 0;
  Result<bool> room = true;
  while (*room && bytes < bytes_max && !cursor.at_end()) {
    const EntityRange range{{}, cursor.after, kRowsPerRead};
    const auto add = [&](const auto& rows, auto encode, Kind next) {
      return take(rows, encode, cursor, next, bytes_max, entities, bytes);
    };
    switch (cursor.kind) {
      case Kind::secrets: {
        auto secrets = directory_secrets(database);
        if (!secrets) return Failure(secrets.error());
        entities.push_back(encode_secrets(*secrets, version));
        bytes += entities.back().size();
        cursor = {Kind::campaigns, -1};
        break;
      }
      case Kind::campaigns:
        room = add(campaign_entities(database, range), encode_campaign, Kind::keys);
        break;
      case Kind::keys:
        room = add(key_entities(database, range), encode_key, Kind::links);
        break;
      case Kind::links:
        room = add(link_entities(database, range), encode_link, Kind::end);
        break;
      case Kind::end:
        break;
    }
    if (!room) return Failure(room.error());
  }
  return entities;
}

}  // namespace footfall::core
