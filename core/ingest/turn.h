// What ingest does with a batch, decided from numbers alone (PROTOCOL.md 2). Pure.
#pragma once

#include <cstdint>

#include "proto/wire/streams.h"

namespace footfall::core {

enum class Turn : std::uint8_t {
  skip,  // stored already
  take,  // its clicks above `position` come next
  gap,   // something before it is missing: stop, ask the edge to ship again
};
constexpr Turn turn_of(std::uint64_t position, std::uint64_t first, std::uint64_t last) {
  if (last <= position) return Turn::skip;
  return first <= position + 1 ? Turn::take : Turn::gap;
}

// Where to read on. An entry below the cursor can only be new if the stream lost what was above: it is then read from
// its start.
constexpr wire::EntryId cursor_after_look(const wire::EntryId& cursor, const wire::EntryId& stream_top) {
  return stream_top < cursor ? wire::EntryId{} : cursor;
}

// When to ask for a resend. One request answers a gap: what still comes under the generation in which the gap was met
// tells nothing new; an entry of a higher generation is the answer, and if that gapes, too, the edge is asked again. An
// edge that is silent is asked again after a while, which doubles up to half a minute.
class ResendClock {
 public:
  explicit ResendClock(std::int64_t patience_us) : patience_us_(patience_us), wait_us_(patience_us) {}
  // A gap was met in an entry of this generation.
  bool on_gap(std::uint64_t generation, std::int64_t now_us);
  // Nothing came, though the edge's head is above the position.
  bool on_silence(std::int64_t now_us);
  void on_progress(std::int64_t now_us);

 private:
  static constexpr std::int64_t kWaitMaxUs = 30'000'000;
  std::int64_t patience_us_;
  std::int64_t wait_us_;
  std::int64_t since_us_ = 0;  // last progress or request
  std::uint64_t asked_generation_ = 0;
  bool asked_ = false;
  bool due(std::int64_t now_us);
};

}  // namespace footfall::core
