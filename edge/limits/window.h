// The decision behind every limit, without clock, table or Redis: exactly N in a window of 60 seconds that begins with
// the first request (PROTOCOL.md 17, SE-19). No bucket that refills. Pure.
#pragma once

#include <cstdint>

namespace footfall::edge {

inline constexpr std::int64_t kWindowMs = 60'000;

// One window: when it ends, on the steady clock in milliseconds, and how many were allowed in it. Packed into 64 bits,
// so that workers share it as one atomic. All zero: never used.
struct Window {
  std::int64_t end_ms = 0;
  std::uint32_t count = 0;  // below 2^22

  // 42 bits of milliseconds are 139 years: no clock gets there.
  std::uint64_t packed() const { return static_cast<std::uint64_t>(end_ms) << 22 | count; }
  static Window unpacked(std::uint64_t bits) {
    return {static_cast<std::int64_t>(bits >> 22), static_cast<std::uint32_t>(bits & 0x3F'FFFF)};
  }
  bool has_expired(std::int64_t now_ms) const { return now_ms >= end_ms; }
};

inline constexpr std::uint32_t kCountMax = 0x3F'FFFF;  // about 4 million; a limit above is kept at this

struct LimitDecision {
  bool allowed = true;
  std::uint32_t limit = 0;
  std::uint32_t remaining = 0;
  std::int64_t reset_ms = 0;  // until the window ends; 0: no limit

  std::int64_t retry_after_s() const;  // whole seconds, 1 to 60
};

struct WindowStep {
  Window next;  // what the window is afterwards
  LimitDecision decision;
};

// One request at `now_ms` against `limit` (0: none). `elsewhere` were allowed by other processes in this window.
WindowStep step(Window window, std::uint32_t elsewhere, std::uint32_t limit, std::int64_t now_ms);

}  // namespace footfall::edge
