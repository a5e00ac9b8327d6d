// Reads the whole directory piece by piece: secrets, campaigns, keys, links. In this order nothing refers to an entity
// that comes later. Each piece is read in its present state, so the pieces do not show one moment. The reader therefore
// applies all changes since the walk began on top; entity versions make it harmless to apply a change twice.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/database.h"

namespace footfall::core {

struct WalkCursor {
  enum class Kind : char { secrets = 's', campaigns = 'c', keys = 'k', links = 'l', end = 'e' };
  Kind kind = Kind::secrets;
  std::int64_t after = -1;  // id
  bool at_end() const { return kind == Kind::end; }
  std::string text() const;                                       // "l1234"; "" at the end
  static std::optional<WalkCursor> parse(std::string_view text);  // "": the start
};

// Returns the next entities, encoded, until they have about `bytes_max` bytes, and moves the cursor behind them.
// `version` is used as the entity version of the secrets.
Result<std::vector<std::string>> walk_entities(Database& database, WalkCursor& cursor, std::uint64_t version,
                                               std::size_t bytes_max);

}  // namespace footfall::core
