// Click caps: a link that has had as many human clicks as it may have counts as expired. Whoever changes the roll-ups
// of a link with a cap notes it in the same transaction (Rollups::write), and so does whoever changes a cap (a
// trigger). Upkeep takes the notes once a second, counts these links anew, and marks those that have reached their cap,
// which the directory tells the edges.
#pragma once

#include <cstdint>

#include "core/storage/database.h"

namespace footfall::core {

// Takes at most `limit` notes, in one transaction, and marks or unmarks their links. Returns how many notes it took:
// fewer than `limit` means that none is left. One process at a time.
Result<std::int64_t> apply_click_caps(Database& database, std::int64_t limit);

}  // namespace footfall::core
