#include "edge/log/segment_plan.h"

namespace footfall::edge {

SegmentStep plan_segments(std::span<const SegmentFacts> segments, const SegmentLimits& limits, bool can_create) {
  std::uint64_t total_bytes = 0;
  bool has_spare = false;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const SegmentFacts& segment = segments[i];
    const bool too_old = limits.max_age_us != 0 && segment.age_us > limits.max_age_us;
    // Retention holds for a spare as well: what it was used for before still stands in it.
    if (segment.discarded || (too_old && (segment.stored || segment.spare))) {
      return {SegmentAction::remove, i};
    }
    total_bytes += segment.bytes;
    has_spare |= segment.spare;
  }
  if (has_spare) return {};
  if (can_create && total_bytes + limits.segment_bytes <= limits.total_bytes_max) {
    return {SegmentAction::create, 0};
  }
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const SegmentFacts& segment = segments[i];
    if (!segment.stored || segment.age_us < limits.min_age_us) continue;
    return {segment.reusable ? SegmentAction::recycle : SegmentAction::remove, i};
  }
  return {SegmentAction::full, 0};
}

}  // namespace footfall::edge
