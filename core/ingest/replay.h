// Tries dead letters again, after the operator has removed the cause: a missing partition, a constraint, a program too
// old to decode them. A letter is marked as replayed when its clicks are stored or were stored before; otherwise it
// stays as it was.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/storage/database.h"
#include "proto/base/clock.h"

namespace footfall::core {

class ClickRules;

struct ReplayOptions {
  std::optional<std::int64_t> id;     // only this letter
  std::optional<std::string> reason;  // only letters with this reason
  std::int64_t retention_days = 400;
};
struct ReplayTally {
  std::int64_t letters = 0;
  std::int64_t replayed = 0;
  std::int64_t stored = 0;  // clicks
  std::int64_t duplicates = 0;
  std::int64_t conflicts = 0;
  std::int64_t failed = 0;  // letters that still cannot be stored
};
// Each letter has its own transaction. An error of PostgreSQL ends the replay; letters done before it stay done.
Result<ReplayTally> replay_dead_letters(Database& database, const ReplayOptions& options, const ClickRules& rules,
                                        const Clock& clock);

}  // namespace footfall::core
