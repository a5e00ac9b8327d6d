// A code that we make up may collide with an existing one; then the whole action runs again with a new, longer code. A
// code that the caller chose is never changed: for it the body returns an error that says so, instead of the violation.
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
