// Codes that we make ourselves may collide with others: then the whole action runs again with a new, longer one. What
// the caller chose is never changed: there the body explains the violation instead of handing it on.
#pragma once

#include <string_view>

#include "core/storage/row_reader.h"
#include "proto/base/result.h"

namespace footfall::core {

inline constexpr int kFreshCodeAttempts = 8;

// `body(attempt)` runs one transaction. Repeated while it fails on `constraint`.
template <typename Body>
auto with_fresh_code(std::string_view constraint, Body body) {
  auto outcome = body(0);
  for (int attempt = 1; attempt < kFreshCodeAttempts; ++attempt) {
    if (outcome || !violates(outcome.error(), constraint)) break;
    outcome = body(attempt);
  }
  return outcome;
}

// Four characters at first, up to eleven.
inline int suffix_length(int attempt) { return 4 + attempt; }

}  // namespace footfall::core
