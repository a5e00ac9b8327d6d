// Decides what to do next with the segments: a pure policy, PROTOCOL.md 4. A stored segment is recycled when space is
// needed and not sooner, so that a database restored behind its watermark can be served again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace footfall::edge {

struct SegmentFacts {
  bool spare = false;      // ready to be used next
  bool stored = false;     // nothing in it is needed
  bool reusable = true;    // of the right size, and its disk has not failed
  bool discarded = false;  // useless: remove it
  std::uint64_t bytes = 0;
  std::int64_t age_us = 0;  // since it was last written; 0 for a fresh spare
};

struct SegmentLimits {
  std::uint64_t segment_bytes = 0;
  std::uint64_t total_bytes_max = 0;
  std::int64_t min_age_us = 0;
  std::int64_t max_age_us = 0;  // 0: none
};

enum class SegmentAction : std::uint8_t { none, create, recycle, remove, full };

struct SegmentStep {
  SegmentAction action = SegmentAction::none;
  std::size_t index = 0;  // of the segment to recycle or remove
  bool operator==(const SegmentStep&) const = default;
};

// `segments` oldest first. One spare is kept ready. `can_create`: false for a while after creating failed (a full
// disk): then a stored segment is recycled although the limit is not reached.
SegmentStep plan_segments(std::span<const SegmentFacts> segments, const SegmentLimits& limits, bool can_create);

}  // namespace footfall::edge
