#include "edge/limits/window.h"

#include <algorithm>

namespace footfall::edge {

std::int64_t LimitDecision::retry_after_s() const {
  return std::clamp<std::int64_t>((reset_ms + 999) / 1000, 1, kWindowMs / 1000);
}

WindowStep step(Window window, std::uint32_t elsewhere, std::uint32_t limit, std::int64_t now_ms) {
  if (limit == 0) return {window, {}};
  limit = std::min(limit, kCountMax);
  if (window.has_expired(now_ms)) {
    window = {now_ms + kWindowMs, 0};
    elsewhere = 0;  // it was counted in the window that is over
  }
  const std::uint64_t used = std::uint64_t{window.count} + elsewhere;
  const bool allowed = used < limit;
  if (allowed) ++window.count;
  const std::uint64_t left = allowed ? limit - used - 1 : 0;
  return {window, {allowed, limit, static_cast<std::uint32_t>(left), window.end_ms - now_ms}};
}

}  // namespace footfall::edge
