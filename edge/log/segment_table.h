// A table in memory of which segment holds which numbers of which incarnation. It is shared by the writer (opens and
// seals), the segment thread (creates, recycles, removes) and the shipper's (reads, stores). Thread-safe; no I/O under
// its lock, and the writer takes it once a segment, not once a record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "edge/log/log_reader.h"
#include "edge/log/record.h"
#include "edge/log/segment_plan.h"
#include "proto/base/thread_annotations.h"

namespace footfall::edge {

enum class SegmentKind : std::uint8_t {
  spare,      // ready to be used next
  open,       // records are appended
  sealed,     // holds records
  discarded,  // useless, to be removed
};

inline constexpr std::uint64_t kUnknownLast = ~std::uint64_t{0};

struct Segment {
  std::string file;
  std::uint64_t bytes = 0;
  SegmentKind kind = SegmentKind::spare;
  bool reusable = true;
  SegmentIdentity identity;
  std::uint64_t first = 0;
  std::uint64_t last = kUnknownLast;  // of what may be in it; first - 1 when nothing is
  std::int64_t touched_us = 0;        // wall time of the last write, 0 for a fresh file
};

struct IncarnationRecord {
  wire::Incarnation id;
  std::int64_t started_us = 0;
  bool running = false;
  bool closed = false;   // the running one, after close()
  bool scanned = false;  // the end of an older one is known
  bool tail_damaged = false;
  bool finished = false;        // the shipper needs it no more: stored, and its end is known to core
  bool is_copy = false;         // of an older one: its files are copies of those that were written
  std::uint64_t head = 0;       // of an older one: the last number on disk, or of the lost tail
  std::uint64_t lost_from = 0;  // of an older one: first number of the lost tail; 0: none
  std::uint64_t position = 0;   // stored up to here
  std::vector<VoidRun> voids;   // ascending, merged
};

struct SegmentCounts {
  std::uint64_t spare = 0, open = 0, sealed = 0, stored = 0, discarded = 0;
  std::uint64_t bytes = 0;
};

class SegmentTable {
 public:
  SegmentTable(SegmentLimits limits, const wire::Incarnation& running, std::int64_t started_us);

  // Recovery, before the threads start. The name of every file that is there, so that no new one takes it.
  void reserve_name(const std::string& file);
  // `is_copy`: see IncarnationRecord; true if that is not known.
  void add(Segment segment, const SegmentHeader& header, bool is_copy);
  // When all are added: the last number of each sealed segment is known from the next one's first.
  void link();

  // The writer's.
  std::optional<std::string> take_spare();  // the caller opens or discards it
  void discard(const std::string& file);
  void open(const std::string& file, std::uint64_t segment, std::uint64_t first, std::int64_t now_us);
  void fail_open(const VoidRun& numbers);                        // the open segment takes no more; `numbers` are void
  std::optional<std::vector<VoidRun>> voids_for_header() const;  // none: more than a header holds
  void close(std::uint64_t head);

  // Segment thread.
  struct Step {
    SegmentAction action = SegmentAction::none;
    std::string file;     // to remove; recycling is done already
    bool urgent = false;  // nothing is left to write to
  };
  Step next_step(std::int64_t now_us, bool can_create);
  void add_spare(std::string file, std::uint64_t bytes);
  void removed(const std::string& file);
  std::string new_file_name();

  // Reader.
  std::vector<IncarnationRecord> incarnations() const;  // oldest first, the running one last
  // The last number of an older incarnation whose end is known; kUnknownLast for the running one; none if not held.
  std::optional<std::uint64_t> end_of(const wire::Incarnation& id) const;
  std::uint64_t first_held(const wire::Incarnation& id) const;
  // The segment that may hold `number`, by its first.
  std::optional<Segment> find(const wire::Incarnation& id, std::uint64_t number) const;
  // The first void run that ends at or after `number`.
  std::optional<VoidRun> void_from(const wire::Incarnation& id, std::uint64_t number) const;
  std::optional<Segment> last_segment(const wire::Incarnation& id) const;
  void set_scanned(const wire::Incarnation& id, std::uint64_t head, bool tail_damaged);
  // The numbers after the end of an older incarnation, up to `last`, are lost. False if it is not scanned, or reaches
  // that far.
  bool lose_tail(const wire::Incarnation& id, std::uint64_t last);
  std::uint64_t lost_from(const wire::Incarnation& id) const;  // 0: no tail is lost
  void set_position(const wire::Incarnation& id, std::uint64_t position);
  void set_finished(const wire::Incarnation& id);

  bool has_spare() const;
  SegmentCounts counts() const;

 private:
  IncarnationRecord* incarnation(const wire::Incarnation& id) FOOTFALL_REQUIRES(mutex_);
  const IncarnationRecord* incarnation(const wire::Incarnation& id) const FOOTFALL_REQUIRES(mutex_);
  Segment* by_file(const std::string& file) FOOTFALL_REQUIRES(mutex_);
  bool is_stored(const Segment& segment) const FOOTFALL_REQUIRES(mutex_);
  void forget_empty_incarnations() FOOTFALL_REQUIRES(mutex_);

  const SegmentLimits limits_;
  mutable Mutex mutex_;
  std::vector<Segment> segments_ FOOTFALL_GUARDED_BY(mutex_);  // in order of use
  std::vector<IncarnationRecord> incarnations_ FOOTFALL_GUARDED_BY(mutex_);
  std::uint64_t next_file_ FOOTFALL_GUARDED_BY(mutex_) = 1;
};

// Adds `run` to an ascending list, joining what touches.
void add_void_run(std::vector<VoidRun>& voids, const VoidRun& run);

}  // namespace footfall::edge
