// The whole directory, piece by piece, in an order in which nothing refers to what comes later: secrets, campaigns,
// keys, links. Each piece is read as it stands now, so a walk is no snapshot of one moment: whoever uses it applies the
// changes made since the walk began on top (entity versions make that harmless).
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

// The next entities, encoded, about `bytes_max` of them, and moves the cursor. `version`: of the secrets.
Result<std::vector<std::string>> walk_entities(Database& database, WalkCursor& cursor, std::uint64_t version,
                                               std::size_t bytes_max);

}  // namespace footfall::core
