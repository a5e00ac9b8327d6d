// One life of the log's inner parts, from start to crash, driven step by step on one thread.
#pragma once

#include <atomic>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "edge/log/disk_log_reader.h"
#include "edge/log/log_writer.h"
#include "edge/log/recovery.h"
#include "tests/edge/log/faulty_disk.h"

namespace footfall::edge {

// Any thread may read it and move it.
class ManualClock final : public Clock {
 public:
  std::int64_t wall_us() const override { return now_us_; }
  std::int64_t steady_us() const override { return now_us_; }
  void sleep_us(std::int64_t us) const override { now_us_ += us; }
  void advance_us(std::int64_t us) { now_us_ += us; }

 private:
  mutable std::atomic<std::int64_t> now_us_ = 1'000'000'000;
};

struct LifeOptions {
  std::uint64_t segment_bytes = 128 * 1024;
  std::uint64_t total_bytes_max = 1024 * 1024;
  std::int64_t min_age_us = 0;
  std::int64_t max_age_us = 0;
  std::size_t recent_bytes = 64;  // practically none: everything is read from disk
  bool sync_each = true;
};

struct LogLife {
  explicit LogLife(FaultyDisk& the_disk, LifeOptions given = {})
      : options(given),
        disk(the_disk),
        probe(metrics),
        id(wire::Incarnation::random()),
        table({given.segment_bytes, given.total_bytes_max, given.min_age_us, given.max_age_us}, id,
              shared_clock().wall_us()),
        recent(given.recent_bytes),
        writer(disk, table, recent, progress, shared_clock(), probe, id, shared_clock().wall_us(), given.segment_bytes,
               given.sync_each),
        reader(disk, table, recent, progress, shared_clock(), probe) {
    shared_clock().advance_us(1000);  // later lives start later
    recovered = recover_segments(disk, table, given.segment_bytes).has_value();
  }

  static ManualClock& shared_clock() {
    static ManualClock clock;
    return clock;
  }

  // As the segment thread does it. False when there was nothing to do or it failed.
  bool prepare() {
    const auto step = table.next_step(shared_clock().wall_us(), true);
    switch (step.action) {
      case SegmentAction::none:
      case SegmentAction::full:
        return false;
      case SegmentAction::recycle:
        return true;
      case SegmentAction::remove:
        if (!disk.remove(step.file)) return false;
        table.removed(step.file);
        return true;
      case SegmentAction::create: {
        const std::string name = table.new_file_name();
        if (!disk.create(name, options.segment_bytes, false)) return false;
        table.add_spare(name, options.segment_bytes);
        return true;
      }
    }
    return false;
  }

  // Writes one record; its last number if it is safe.
  std::optional<std::uint64_t> write(const std::string& clicks, std::uint32_t count = 1) {
    while (prepare()) {
    }
    writer.add(clicks, count);
    if (!writer.commit()) return std::nullopt;
    return progress.head();
  }

  // Scans until every older incarnation has appeared.
  std::vector<LogIncarnation> all_incarnations() {
    for (int i = 0; i < 100; ++i) {
      auto found = reader.incarnations();
      if (found.size() == table.incarnations().size()) return found;
    }
    return {};
  }

  // Every run of an incarnation, one record each.
  std::vector<LogRun> read_all(const LogIncarnation& incarnation, std::uint64_t from = 1) {
    std::vector<LogRun> runs;
    while (from <= incarnation.shippable) {
      LogRun run;
      if (!reader.read(incarnation.id, from, 1, 1, run)) break;
      from = run.last + 1;
      runs.push_back(std::move(run));
    }
    return runs;
  }
  std::vector<LogRun> read_all(const wire::Incarnation& wanted) {
    for (const auto& incarnation : all_incarnations()) {
      if (incarnation.id == wanted) return read_all(incarnation);
    }
    return {};
  }
  std::uint64_t first_held() const { return table.first_held(id); }
  std::uint64_t head_of(const wire::Incarnation& wanted) {
    for (const auto& incarnation : all_incarnations()) {
      if (incarnation.id == wanted) return incarnation.head;
    }
    return ~std::uint64_t{0};
  }

  const LifeOptions options;
  FaultyDisk& disk;
  Metrics metrics;
  LogProbe probe;
  const wire::Incarnation id;
  SegmentTable table;
  RecentRecords recent;
  LogProgress progress;
  LogWriter writer;
  DiskLogReader reader;
  bool recovered = false;
};

}  // namespace footfall::edge
