// Decides from numbers alone whether a batch can be stored now (PROTOCOL.md 2). Pure.
#pragma once

#include <cstdint>

#include "proto/wire/streams.h"

namespace footfall::core {

enum class BatchOrder : std::uint8_t {
  stored_before,  // all its numbers are stored already
  next,           // its clicks above the position come next
  gap,            // numbers before it are missing: stop, and ask the edge to ship again
};
constexpr BatchOrder order_of_batch(std::uint64_t position, std::uint64_t first, std::uint64_t last) {
  if (last <= position) return BatchOrder::stored_before;
  return first <= position + 1 ? BatchOrder::next : BatchOrder::gap;
}

// Where to continue reading. When the stream's top is below the cursor, the stream was lost and begins anew; it is then
// read from its start.
constexpr wire::EntryId cursor_after_comparison(const wire::EntryId& cursor, const wire::EntryId& stream_top) {
  return stream_top < cursor ? wire::EntryId{} : cursor;
}

// Decides when to ask an edge to ship again. A gap is reported once per generation: entries that were shipped before
// the request belong to the same generation and show the same gap. The edge answers under a higher generation; if there
// is a gap in the answer as well, it is asked again. An edge that does not answer is asked again after `patience_us`,
// then after twice as long each time, up to half a minute.
class ResendClock {
 public:
  explicit ResendClock(std::int64_t patience_us) : patience_us_(patience_us), wait_us_(patience_us) {}
  // An entry of this generation shows a gap. Returns true when a request is due.
  bool on_gap(std::uint64_t generation, std::int64_t now_us);
  // Nothing came although the edge's head is above the position. Returns true when a request is due.
  bool on_silence(std::int64_t now_us);
  void on_progress(std::int64_t now_us);

 private:
  static constexpr std::int64_t kWaitMaxUs = 30'000'000;
  std::int64_t patience_us_;
  std::int64_t wait_us_;
  std::int64_t since_us_ = 0;  // time of the last progress or request
  std::uint64_t asked_generation_ = 0;
  bool asked_ = false;
  bool due(std::int64_t now_us);
};

}  // namespace footfall::core
