// Tries dead letters again, once the cause is mended: a partition, a check, a newer program that decodes them. A letter
// whose clicks are stored (or known already) is marked; one that still cannot be stored stays as it was.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/storage/database.h"
#include "proto/base/clock.h"

namespace footfall::core {

class CrawlerList;
class NetworkList;

struct ReplayOptions {
  std::optional<std::int64_t> id;     // one, or
  std::optional<std::string> reason;  // all of this reason; neither: all
  std::int64_t retention_days = 400;
};
struct ReplayTally {
  std::int64_t letters = 0;
  std::int64_t replayed = 0;
  std::int64_t stored = 0;  // clicks
  std::int64_t duplicates = 0;
  std::int64_t conflicts = 0;
  std::int64_t failed = 0;  // letters that stay
};
// Each letter in a transaction of its own. The tally counts what was done before an error.
Result<ReplayTally> replay_dead_letters(Database& database, const ReplayOptions& options, const CrawlerList& crawlers,
                                        const NetworkList& networks, const Clock& clock);

}  // namespace footfall::core
