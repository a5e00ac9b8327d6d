// For each incarnation the reader keeps a place: an open segment, a cursor in it, and the record read last. read()
// joins records from there until a limit is reached. A number that should be there and is not becomes a hole, after
// failing reads have been repeated for ten seconds. Recent records come from memory.
#include "edge/log/disk_log_reader.h"

#include <algorithm>
#include <utility>

#include "proto/base/logging.h"

namespace footfall::edge {

DiskLogReader::DiskLogReader(Disk& disk, SegmentTable& table, RecentRecords& recent, LogProgress& progress,
                             const Clock& clock, LogProbe& probe)
    : disk_(disk), table_(table), recent_(recent), progress_(progress), clock_(clock), probe_(probe) {}

std::vector<LogIncarnation> DiskLogReader::incarnations() {
  auto records = table_.incarnations();
  const auto unscanned = std::find_if(records.begin(), records.end(), [](const auto& r) { return !r.scanned; });
  if (unscanned != records.end()) {
    scan_end(*unscanned);
    records = table_.incarnations();
  }
  std::erase_if(places_, [&](const auto& place) {
    return std::none_of(records.begin(), records.end(), [&](const auto& r) { return r.id == place.first; });
  });

  std::vector<LogIncarnation> result;
  for (const IncarnationRecord& record : records) {
    if (!record.scanned) continue;
    LogIncarnation incarnation;
    incarnation.id = record.id;
    incarnation.started_us = record.started_us;
    incarnation.ended = !record.running || record.closed;
    incarnation.tail_damaged = record.tail_damaged;
    incarnation.is_copy = record.is_copy;
    incarnation.head = record.running ? progress_.head() : record.head;
    incarnation.shippable = record.running ? progress_.shippable() : record.head;
    incarnation.first = table_.first_held(record.id);
    if (incarnation.first == 0) incarnation.first = incarnation.head + 1;
    result.push_back(incarnation);
  }
  return result;
}

// The head of an older incarnation is the last number of its last valid record. What follows was never acknowledged, or
// it is a damaged last record, which looks the same.
void DiskLogReader::scan_end(const IncarnationRecord& record) {
  const auto segment = table_.last_segment(record.id);
  if (!segment) {
    table_.set_scanned(record.id, 0, false);
    return;
  }
  ReadPlace& place = places_[record.id];
  std::uint64_t head = segment->first == 0 ? 0 : segment->first - 1;
  if (auto sought = seek(place, *segment, segment->first); !sought) {
    if (place.failing_since_us == 0 || clock_.steady_us() - place.failing_since_us < kGiveUpReadingUs) return;
    table_.set_scanned(record.id, head, true);
    return;
  }
  RecordView view;
  for (;;) {
    auto more = place.cursor->next(view);
    if (!more) {
      read_failed(place, std::move(more.error()));
      return;
    }
    if (!*more) break;
    head = std::max(head, view.header.last());
  }
  const bool tail_damaged = place.cursor->skipped_damaged_record();
  place.cursor.reset();
  place.failing_since_us = 0;
  if (tail_damaged) {
    probe_.torn_tails.add();
    log_warn("log.torn_tail", {{"incarnation", record.id.hex()}, {"head", head}});
  }
  table_.set_scanned(record.id, head, tail_damaged);
  log_info("log.recovered", {{"incarnation", record.id.hex()}, {"head", head}});
}

Result<void> DiskLogReader::read(const wire::Incarnation& incarnation, std::uint64_t from, std::uint64_t clicks_max,
                                 std::uint64_t bytes_max, LogRun& run) {
  run.clicks.clear();
  run.reason = wire::VoidReason::none;
  run.first = run.last = 0;
  const auto end = table_.end_of(incarnation);
  if (!end) return not_found("no such incarnation in the log");
  const bool running = *end == kUnknownLast;
  std::uint64_t limit = running ? progress_.shippable() : *end;
  if (from == 0 || from > limit) return invalid("nothing to read there");
  if (const std::uint64_t lost_from = table_.lost_from(incarnation); lost_from != 0) {
    if (from >= lost_from) {
      make_lost_tail(incarnation, from, limit, run);
      return {};
    }
    limit = lost_from - 1;
  }

  if (running && recent_.get(from, limit, clicks_max, bytes_max, run)) return {};
  ReadPlace& place = places_[incarnation];
  const std::uint64_t first_held = table_.first_held(incarnation);
  if (first_held == 0 || from < first_held) {
    make_hole(incarnation, place, from, first_held == 0 ? limit : std::min(limit, first_held - 1), run);
    return {};
  }

  for (;;) {
    const std::uint64_t expected = run.last == 0 ? from : run.last + 1;
    if (expected > limit) return {};
    const auto segment = table_.find(incarnation, expected);
    if (!segment) return unavailable(ErrorSource::us, "segment recycled while it was read");
    auto found = find(incarnation, place, *segment, expected);
    if (!found) {
      if (run.last != 0) return {};  // what was read is good; the error comes again with the next call
      if (!place.cursor && clock_.steady_us() - place.failing_since_us >= kGiveUpReadingUs) {
        make_hole(incarnation, place, expected, std::min(limit, segment->last),
                  run);  // cannot even be opened
        return {};
      }
      return std::unexpected(std::move(found.error()));
    }
    const std::uint64_t segment_last = std::min(limit, segment->last);
    if (!*found || place.pending->header.first > expected) {
      if (run.last != 0) return {};
      const std::uint64_t hole_last = *found ? std::min(segment_last, place.pending->header.first - 1) : segment_last;
      make_hole(incarnation, place, expected, hole_last, run);
      return {};
    }
    const RecordHeader& header = place.pending->header;
    if (header.last() > limit) return unavailable(ErrorSource::us, "record beyond what may be shipped");
    if (run.last != 0 &&
        (header.last() - run.first + 1 > clicks_max || run.clicks.size() + header.length > bytes_max)) {
      return {};
    }
    if (run.last == 0) {
      run.first = header.first;
      run.written_us = header.written_us;
    }
    run.last = header.last();
    run.clicks.append(place.pending->payload);
    place.passed = header.last();
    place.pending.reset();
  }
}

Result<bool> DiskLogReader::find(const wire::Incarnation& id, ReadPlace& place, const Segment& segment,
                                 std::uint64_t expected) {
  if (auto sought = seek(place, segment, expected); !sought) return std::unexpected(std::move(sought.error()));
  return advance(id, place, expected);
}

Result<void> DiskLogReader::seek(ReadPlace& place, const Segment& segment, std::uint64_t expected) {
  const bool here = place.cursor && place.segment.file == segment.file && place.segment.identity == segment.identity &&
                    expected > place.passed;
  if (here) return {};
  place.pending.reset();
  place.cursor.reset();
  place.segment = segment;
  place.passed = 0;
  auto file = disk_.open(segment.file);
  if (!file) return read_failed(place, std::move(file.error()));
  place.cursor.emplace(std::move(*file), segment.bytes, segment.identity);
  if (place.failing_since_us != 0 && clock_.steady_us() - place.failing_since_us >= kGiveUpReadingUs) {
    place.cursor->skip_unreadable();
  }
  return {};
}

Result<bool> DiskLogReader::advance(const wire::Incarnation& id, ReadPlace& place, std::uint64_t expected) {
  for (;;) {
    if (!place.pending) {
      RecordView view;
      const std::uint64_t read_before = place.cursor->bytes_read();
      auto more = place.cursor->next(view);
      if (!more) return read_failed(place, std::move(more.error()));
      probe_.read_bytes.add(place.cursor->bytes_read() - read_before);
      place.failing_since_us = 0;
      if (!*more) {
        place.cursor.reset();  // the file may grow: look again next time
        return false;
      }
      place.pending = view;
    }
    const RecordHeader& header = place.pending->header;
    const auto hole = table_.void_from(id, header.first);
    const bool is_void = hole && hole->first <= header.last();
    if (header.last() >= expected && !is_void) return true;
    place.passed = header.last();
    place.pending.reset();
  }
}

Failure DiskLogReader::read_failed(ReadPlace& place, Error error) {
  probe_.read_failures.add();
  const std::int64_t now_us = clock_.steady_us();
  if (place.failing_since_us == 0) place.failing_since_us = now_us;
  if (place.cursor && now_us - place.failing_since_us >= kGiveUpReadingUs) place.cursor->skip_unreadable();
  log_warn_limited("log.read_failed", {{"file", place.segment.file}, {"error", error.message}});
  return Failure(std::move(error));
}

// A hole that no header declares is damage, and loud; one that a header declares is a failed sync.
void DiskLogReader::make_hole(const wire::Incarnation& id, ReadPlace& place, std::uint64_t first, std::uint64_t last,
                              LogRun& run) {
  run.first = first;
  run.last = last;
  run.reason = wire::VoidReason::unreadable;
  run.written_us = 0;
  if (const auto declared = table_.void_from(id, first); declared && declared->first <= last) {
    if (declared->first <= first) {
      run.reason = wire::VoidReason::never_acknowledged;
      run.last = std::min(last, declared->last);
    } else {
      run.last = declared->first - 1;
    }
  }
  if (run.last <= place.holes_counted_to) return;
  place.holes_counted_to = run.last;
  probe_.voided(run.reason).add(run.last - run.first + 1);
  if (run.reason == wire::VoidReason::unreadable) {
    probe_.corrupt_runs.add();
    log_error("log.unreadable", {{"incarnation", id.hex()}, {"first", run.first}, {"last", run.last}});
  }
}

void DiskLogReader::make_lost_tail(const wire::Incarnation& id, std::uint64_t first, std::uint64_t last, LogRun& run) {
  run.first = first;
  run.last = last;
  run.reason = wire::VoidReason::lost_tail;
  run.written_us = 0;
  ReadPlace& place = places_[id];
  if (last <= place.holes_counted_to) return;
  place.holes_counted_to = last;
  probe_.voided(run.reason).add(last - first + 1);
}

void DiskLogReader::lose_tail(const wire::Incarnation& incarnation, std::uint64_t last) {
  if (!table_.lose_tail(incarnation, last)) return;
  log_error("log.lost_tail",
            {{"incarnation", incarnation.hex()}, {"first", table_.lost_from(incarnation)}, {"last", last}});
}

void DiskLogReader::stored(const wire::Incarnation& incarnation, std::uint64_t position) {
  table_.set_position(incarnation, position);
}

void DiskLogReader::finished(const wire::Incarnation& incarnation) { table_.set_finished(incarnation); }

}  // namespace footfall::edge
