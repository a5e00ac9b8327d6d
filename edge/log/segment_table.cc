// Segments stand in the order of their use, incarnations in the order of their start, the running one last. A segment's
// last number is known once the next one is opened, or, for an older incarnation, once its end has been found. What may
// be recycled or removed is decided in segment_plan.h from facts that next_step() collects.
#include "edge/log/segment_table.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <tuple>

#include "proto/base/result.h"

namespace footfall::edge {
namespace {

constexpr std::string_view kFilePrefix = "segment-";
constexpr std::size_t kVoidRunsKept = 4096;  // in memory; beyond, the oldest stored ones go

std::uint64_t file_number(std::string_view file) {
  std::uint64_t number = 0;
  if (file.starts_with(kFilePrefix)) {
    std::from_chars(file.data() + kFilePrefix.size(), file.data() + file.size(), number);
  }
  return number;
}

}  // namespace

void add_void_run(std::vector<VoidRun>& voids, const VoidRun& run) {
  VoidRun merged = run;
  std::erase_if(voids, [&](const VoidRun& other) {
    const bool touches = other.first <= merged.last + 1 && merged.first <= other.last + 1;
    if (touches) merged = {std::min(merged.first, other.first), std::max(merged.last, other.last)};
    return touches;
  });
  const auto later = [](const VoidRun& a, const VoidRun& b) { return a.first < b.first; };
  voids.insert(std::upper_bound(voids.begin(), voids.end(), merged, later), merged);
}

SegmentTable::SegmentTable(SegmentLimits limits, const wire::Incarnation& running, std::int64_t started_us)
    : limits_(limits) {
  IncarnationRecord record;
  record.id = running;
  record.started_us = started_us;
  record.running = true;
  record.scanned = true;
  incarnations_.push_back(std::move(record));
}

void SegmentTable::reserve_name(const std::string& file) {
  const MutexLock lock(mutex_);
  next_file_ = std::max(next_file_, file_number(file) + 1);
}

void SegmentTable::add(Segment segment, const SegmentHeader& header, bool is_copy) {
  const MutexLock lock(mutex_);
  if (segment.kind == SegmentKind::sealed) {
    IncarnationRecord* record = incarnation(segment.identity.incarnation);
    if (record == nullptr) {
      IncarnationRecord added;
      added.id = segment.identity.incarnation;
      record = &*incarnations_.insert(incarnations_.begin(), std::move(added));
    }
    // Unknown (0) when the header was damaged and the file is known by its records alone.
    record->started_us = std::max(record->started_us, header.started_us);
    record->is_copy = record->is_copy || is_copy;
    for (const VoidRun& run : header.voids) add_void_run(record->voids, run);
  }
  segments_.push_back(std::move(segment));
}

void SegmentTable::link() {
  const MutexLock lock(mutex_);
  std::stable_sort(incarnations_.begin(), incarnations_.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.running, a.started_us) < std::tuple(b.running, b.started_us);
  });
  const auto order = [&](const Segment& segment) {
    mutex_.assert_held();
    const auto at = std::find_if(incarnations_.begin(), incarnations_.end(),
                                 [&](const auto& record) { return record.id == segment.identity.incarnation; });
    return std::tuple(at - incarnations_.begin(), segment.identity.segment);
  };
  std::stable_sort(segments_.begin(), segments_.end(),
                   [&](const Segment& a, const Segment& b) { return order(a) < order(b); });
  Segment* before = nullptr;
  for (Segment& segment : segments_) {
    if (segment.kind != SegmentKind::sealed) continue;
    if (before != nullptr && before->identity.incarnation == segment.identity.incarnation) {
      before->last = segment.first - 1;
    }
    before = &segment;
  }
}

std::optional<std::string> SegmentTable::take_spare() {
  const MutexLock lock(mutex_);
  for (Segment& segment : segments_) {
    if (segment.kind != SegmentKind::spare) continue;
    segment.kind = SegmentKind::open;  // nobody else takes it; without an identity it holds no number
    segment.identity = {};
    segment.first = 0;
    segment.last = kUnknownLast;
    return segment.file;
  }
  return std::nullopt;
}

void SegmentTable::discard(const std::string& file) {
  const MutexLock lock(mutex_);
  by_file(file)->kind = SegmentKind::discarded;
}

void SegmentTable::open(const std::string& file, std::uint64_t segment, std::uint64_t first, std::int64_t now_us) {
  const MutexLock lock(mutex_);
  const wire::Incarnation& running = incarnations_.back().id;
  for (Segment& other : segments_) {
    if (other.kind == SegmentKind::open && other.identity.incarnation == running) {
      other.kind = SegmentKind::sealed;
      other.last = first - 1;
      other.touched_us = now_us;
    }
  }
  const auto at =
      std::find_if(segments_.begin(), segments_.end(), [&](const Segment& other) { return other.file == file; });
  FOOTFALL_CHECK(at != segments_.end());
  at->kind = SegmentKind::open;
  at->identity = {running, segment};
  at->first = first;
  at->last = kUnknownLast;
  at->touched_us = now_us;
  std::rotate(at, at + 1, segments_.end());  // the newest use stands last
}

void SegmentTable::fail_open(const VoidRun& numbers) {
  const MutexLock lock(mutex_);
  IncarnationRecord& running = incarnations_.back();
  for (Segment& segment : segments_) {
    if (segment.kind == SegmentKind::open && segment.identity.incarnation == running.id) {
      segment.reusable = false;
    }
  }
  add_void_run(running.voids, numbers);
  if (running.voids.size() > kVoidRunsKept && running.voids.front().last <= running.position) {
    running.voids.erase(running.voids.begin());
  }
}

std::optional<std::vector<VoidRun>> SegmentTable::voids_for_header() const {
  const MutexLock lock(mutex_);
  const IncarnationRecord& running = incarnations_.back();
  std::vector<VoidRun> voids;
  for (const VoidRun& run : running.voids) {
    if (run.last > running.position) voids.push_back(run);
  }
  if (voids.size() > kVoidRunsMax) return std::nullopt;
  return voids;
}

void SegmentTable::close(std::uint64_t head) {
  const MutexLock lock(mutex_);
  incarnations_.back().closed = true;
  incarnations_.back().head = head;
}

SegmentTable::Step SegmentTable::next_step(std::int64_t now_us, bool can_create) {
  const MutexLock lock(mutex_);
  std::vector<SegmentFacts> facts;
  facts.reserve(segments_.size());
  bool has_open = false;
  for (const Segment& segment : segments_) {
    const std::int64_t age_us = segment.touched_us == 0 ? 0 : now_us - segment.touched_us;
    facts.push_back({.spare = segment.kind == SegmentKind::spare,
                     .stored = segment.kind == SegmentKind::sealed && is_stored(segment),
                     .reusable = segment.reusable && segment.bytes == limits_.segment_bytes,
                     .discarded = segment.kind == SegmentKind::discarded,
                     .bytes = segment.bytes,
                     .age_us = age_us});
    has_open |= segment.kind == SegmentKind::open && segment.reusable;
  }
  const SegmentStep planned = plan_segments(facts, limits_, can_create);
  Step step{planned.action, {}, !has_open};
  if (planned.action == SegmentAction::recycle || planned.action == SegmentAction::remove) {
    Segment& segment = segments_[planned.index];
    step.file = segment.file;
    // From here on nobody finds a number in it.
    segment.kind = planned.action == SegmentAction::recycle ? SegmentKind::spare : SegmentKind::discarded;
    segment.identity = {};
    forget_empty_incarnations();
  }
  return step;
}

void SegmentTable::add_spare(std::string file, std::uint64_t bytes) {
  const MutexLock lock(mutex_);
  Segment segment;
  segment.file = std::move(file);
  segment.bytes = bytes;
  segments_.push_back(std::move(segment));
}

void SegmentTable::removed(const std::string& file) {
  const MutexLock lock(mutex_);
  std::erase_if(segments_, [&](const Segment& segment) { return segment.file == file; });
}

std::string SegmentTable::new_file_name() {
  const MutexLock lock(mutex_);
  char name[40];
  std::snprintf(name, sizeof name, "%s%08llu", kFilePrefix.data(), static_cast<unsigned long long>(next_file_++));
  return name;
}

std::vector<IncarnationRecord> SegmentTable::incarnations() const {
  const MutexLock lock(mutex_);
  return incarnations_;
}

std::optional<std::uint64_t> SegmentTable::end_of(const wire::Incarnation& id) const {
  const MutexLock lock(mutex_);
  const IncarnationRecord* record = incarnation(id);
  if (record == nullptr || !record->scanned) return std::nullopt;
  return record->running ? kUnknownLast : record->head;
}

std::uint64_t SegmentTable::first_held(const wire::Incarnation& id) const {
  const MutexLock lock(mutex_);
  for (const Segment& segment : segments_) {
    if (segment.identity.incarnation == id && segment.identity.segment != 0) return segment.first;
  }
  return 0;
}

std::optional<Segment> SegmentTable::find(const wire::Incarnation& id, std::uint64_t number) const {
  const MutexLock lock(mutex_);
  const Segment* found = nullptr;
  for (const Segment& segment : segments_) {
    if (segment.identity.segment == 0 || segment.identity.incarnation != id) continue;
    if (segment.first > number) break;
    found = &segment;
  }
  if (found == nullptr) return std::nullopt;
  return *found;
}

std::optional<VoidRun> SegmentTable::void_from(const wire::Incarnation& id, std::uint64_t number) const {
  const MutexLock lock(mutex_);
  const IncarnationRecord* record = incarnation(id);
  if (record == nullptr) return std::nullopt;
  for (const VoidRun& run : record->voids) {
    if (run.last >= number) return run;
  }
  return std::nullopt;
}

std::optional<Segment> SegmentTable::last_segment(const wire::Incarnation& id) const { return find(id, kUnknownLast); }

void SegmentTable::set_scanned(const wire::Incarnation& id, std::uint64_t head, bool tail_damaged) {
  const MutexLock lock(mutex_);
  IncarnationRecord* record = incarnation(id);
  if (record == nullptr) return;
  record->scanned = true;
  record->head = head;
  record->tail_damaged = tail_damaged;
  for (Segment& segment : segments_) {
    if (segment.identity.segment != 0 && segment.identity.incarnation == id && segment.last == kUnknownLast) {
      segment.last = head;
    }
  }
}

bool SegmentTable::lose_tail(const wire::Incarnation& id, std::uint64_t last) {
  const MutexLock lock(mutex_);
  IncarnationRecord* record = incarnation(id);
  if (record == nullptr || record->running || !record->scanned || last <= record->head) return false;
  if (record->lost_from == 0) record->lost_from = record->head + 1;
  record->head = last;
  record->finished = false;
  return true;
}

std::uint64_t SegmentTable::lost_from(const wire::Incarnation& id) const {
  const MutexLock lock(mutex_);
  const IncarnationRecord* record = incarnation(id);
  return record == nullptr ? 0 : record->lost_from;
}

void SegmentTable::set_position(const wire::Incarnation& id, std::uint64_t position) {
  const MutexLock lock(mutex_);
  IncarnationRecord* record = incarnation(id);
  if (record == nullptr) return;
  if (position < record->position) record->finished = false;
  record->position = position;
}

void SegmentTable::set_finished(const wire::Incarnation& id) {
  const MutexLock lock(mutex_);
  if (IncarnationRecord* record = incarnation(id)) record->finished = true;
  forget_empty_incarnations();
}

bool SegmentTable::has_spare() const {
  const MutexLock lock(mutex_);
  return std::any_of(segments_.begin(), segments_.end(),
                     [](const Segment& segment) { return segment.kind == SegmentKind::spare; });
}

SegmentCounts SegmentTable::counts() const {
  const MutexLock lock(mutex_);
  SegmentCounts counts;
  for (const Segment& segment : segments_) {
    counts.bytes += segment.bytes;
    switch (segment.kind) {
      case SegmentKind::spare:
        ++counts.spare;
        break;
      case SegmentKind::open:
        ++counts.open;
        break;
      case SegmentKind::sealed:
        ++(is_stored(segment) ? counts.stored : counts.sealed);
        break;
      case SegmentKind::discarded:
        ++counts.discarded;
        break;
    }
  }
  return counts;
}

IncarnationRecord* SegmentTable::incarnation(const wire::Incarnation& id) {
  for (IncarnationRecord& record : incarnations_) {
    if (record.id == id) return &record;
  }
  return nullptr;
}

const IncarnationRecord* SegmentTable::incarnation(const wire::Incarnation& id) const {
  for (const IncarnationRecord& record : incarnations_) {
    if (record.id == id) return &record;
  }
  return nullptr;
}

Segment* SegmentTable::by_file(const std::string& file) {
  for (Segment& segment : segments_) {
    if (segment.file == file) return &segment;
  }
  FOOTFALL_CHECK(false);
  return nullptr;
}

// The last segment of an older incarnation stays until the shipper has finished it, because nothing else on disk
// remembers that incarnation. One in which no click is left is remembered in memory alone, so that an edge that starts
// again and again does not fill its disk with empty segments.
bool SegmentTable::is_stored(const Segment& segment) const {
  const IncarnationRecord* record = incarnation(segment.identity.incarnation);
  if (record == nullptr) return true;
  if (segment.last == kUnknownLast || segment.last > record->position) return false;
  const std::uint64_t last_on_disk = record->lost_from == 0 ? record->head : record->lost_from - 1;
  const bool is_end = !record->running && segment.last == last_on_disk;
  return !is_end || record->finished || last_on_disk == 0;
}

void SegmentTable::forget_empty_incarnations() {
  std::erase_if(incarnations_, [&](const IncarnationRecord& record) {
    mutex_.assert_held();
    return !record.running && record.finished &&
           std::none_of(segments_.begin(), segments_.end(), [&](const Segment& segment) {
             return segment.identity.segment != 0 && segment.identity.incarnation == record.id;
           });
  });
}

}  // namespace footfall::edge
