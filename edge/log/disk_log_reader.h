// Reads the segments for the shipper (LogReader). Here is decided what is a click, what is a hole, and what is a torn
// tail (PROTOCOL.md 3): records that check out are clicks, unless a later header declares their numbers void; numbers
// that should be there and are not become a hole; and only a damaged record with no valid one after it, at the end of
// an older incarnation, is a torn tail.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "edge/log/disk.h"
#include "edge/log/log_probe.h"
#include "edge/log/log_progress.h"
#include "edge/log/log_reader.h"
#include "edge/log/recent_records.h"
#include "edge/log/segment_cursor.h"
#include "edge/log/segment_table.h"
#include "proto/base/clock.h"

namespace footfall::edge {

// A disk that fails for so long has lost the numbers.
inline constexpr std::int64_t kGiveUpReadingUs = 10'000'000;

// One thread, except interrupt(). References outlive the reader.
class DiskLogReader final : public LogReader {
 public:
  DiskLogReader(Disk& disk, SegmentTable& table, RecentRecords& recent, LogProgress& progress, const Clock& clock,
                LogProbe& probe);

  // Older incarnations appear once their end has been found, one more with each call.
  std::vector<LogIncarnation> incarnations() override;
  Result<void> read(const wire::Incarnation& incarnation, std::uint64_t from, std::uint64_t clicks_max,
                    std::uint64_t bytes_max, LogRun& run) override;
  void stored(const wire::Incarnation& incarnation, std::uint64_t position) override;
  void lose_tail(const wire::Incarnation& incarnation, std::uint64_t last) override;
  void finished(const wire::Incarnation& incarnation) override;
  void acknowledged(std::uint64_t) override {}
  void set_shipping_up(bool) override {}
  void adopt(const wire::Incarnation&, std::uint64_t, std::uint64_t, std::vector<LogRun>) override {}
  void wait_beyond(std::uint64_t number, std::int64_t us) override { progress_.wait_beyond(number, us); }
  void interrupt() override { progress_.interrupt(); }

 private:
  // Where reading of an incarnation stands.
  struct ReadPlace {
    Segment segment;
    std::optional<SegmentCursor> cursor;
    std::optional<RecordView> pending;   // read, not yet consumed
    std::uint64_t passed = 0;            // last number that the cursor has left behind
    std::uint64_t holes_counted_to = 0;  // so that reading again does not count again
    std::int64_t failing_since_us = 0;
  };

  void scan_end(const IncarnationRecord& record);
  Result<void> seek(ReadPlace& place, const Segment& segment, std::uint64_t expected);
  // The next record that holds clicks at or after `expected`; false when the segment has none.
  Result<bool> find(const wire::Incarnation& id, ReadPlace& place, const Segment& segment, std::uint64_t expected);
  Result<bool> advance(const wire::Incarnation& id, ReadPlace& place, std::uint64_t expected);
  Failure read_failed(ReadPlace& place, Error error);
  void make_hole(const wire::Incarnation& id, ReadPlace& place, std::uint64_t first, std::uint64_t last, LogRun& run);
  void make_lost_tail(const wire::Incarnation& id, std::uint64_t first, std::uint64_t last, LogRun& run);

  Disk& disk_;
  SegmentTable& table_;
  RecentRecords& recent_;
  LogProgress& progress_;
  const Clock& clock_;
  LogProbe& probe_;
  std::map<wire::Incarnation, ReadPlace> places_;
};

}  // namespace footfall::edge
