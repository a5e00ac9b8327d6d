// The salts of visitor hashes: 16 random bytes for each UTC day. Core makes them ahead of their day and gives them to
// the edges, which hash with the salt of the click's day; with its salt gone, nobody can tell any more of whose address
// and user agent a hash is (COMMON.md D-16).
//
// A salt is needed until the end of the next day, because a click that a client reports may be a day old
// (PROTOCOL.md 11). Then it is deleted everywhere, and a click of that day would have no visitor hash.
#pragma once

#include <cstddef>
#include <cstdint>

#include "proto/base/crypto.h"

namespace footfall::wire {

inline constexpr std::int64_t kSaltDaysBefore = 1;  // yesterday's salt
inline constexpr std::int64_t kSaltDaysAhead = 3;   // how long an edge does without core and Redis, at least
inline constexpr std::size_t kSaltsMax = kSaltDaysBefore + 1 + kSaltDaysAhead;

struct VisitorSalt {
  std::int64_t day = 0;  // since 1970 UTC
  Key128 salt{};
  bool operator==(const VisitorSalt&) const = default;
};

inline std::int64_t utc_day(std::int64_t wall_us) { return wall_us / 86'400'000'000; }

}  // namespace footfall::wire
