// Writes records into segments. One thread at a time, with the log's write_mutex_ held; a test drives it step by step
// over a failing disk.
//
// A failed write is never tried again: nobody can say what of it reached the disk. Its numbers are void, its segment
// takes no more, and the next segment's header, synced before anything is acknowledged again, says so (PROTOCOL.md 3).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "edge/log/disk.h"
#include "edge/log/log_options.h"
#include "edge/log/log_probe.h"
#include "edge/log/log_progress.h"
#include "edge/log/recent_records.h"
#include "edge/log/record.h"
#include "edge/log/segment_table.h"
#include "proto/base/clock.h"

namespace footfall::edge {

class LogWriter {
 public:
  static constexpr std::size_t kRecordBufferBytes = record_bytes(kRecordBytesMax);

  // References outlive the writer. `sync_each`: every record is synced, else sync() says when.
  LogWriter(Disk& disk, SegmentTable& table, RecentRecords& recent, LogProgress& progress, const Clock& clock,
            LogProbe& probe, const wire::Incarnation& incarnation, std::int64_t started_us, std::uint64_t segment_bytes,
            bool sync_each);

  // Whether a record of any size can be written now, be it into a new segment, which is opened if need be.
  bool ready();
  // Whether more than one full record has room, so that new clicks may come; false: the log is nearly full.
  bool has_room() const;
  // Whether the open segment takes more than one full record, so that a commit only writes.
  bool is_roomy() const { return file_ && offset_ + 2 * kRecordBufferBytes <= segment_bytes_; }

  // Leaves a segment that was opened longer ago, so that a quiet edge does not keep clicks beyond the maximum age for
  // want of newer ones.
  void leave_older_than(std::int64_t us);

  // Joins a batch to the record; false if it no longer fits: commit first.
  bool add(std::string_view clicks, std::uint32_t count);
  bool empty() const { return count_ == 0; }
  // Writes the record. True: its clicks are safe, and have the numbers up to progress.head(). False: they are not.
  bool commit();
  // ack = written: makes durable, and so shippable, what was written. False: those numbers are void, although their
  // answers are out.
  bool sync();
  // Writes and syncs that failed so far.
  std::uint64_t failures() const { return failures_; }
  // Whether there is something for sync() to do.
  bool unsynced() const { return progress_.shippable() < progress_.head(); }

 private:
  bool open_next();
  void abandon(std::uint64_t first, std::uint64_t last, const Error& error);
  bool fits(std::size_t length) const { return file_ && offset_ + record_bytes(length) <= segment_bytes_; }

  Disk& disk_;
  SegmentTable& table_;
  RecentRecords& recent_;
  LogProgress& progress_;
  const Clock& clock_;
  LogProbe& probe_;
  const wire::Incarnation incarnation_;
  const std::int64_t started_us_;
  const std::uint64_t segment_bytes_;
  const bool sync_each_;

  AlignedBuffer buffer_;  // the record being joined, its payload at kRecordHeaderBytes
  std::size_t length_ = 0;
  std::uint32_t count_ = 0;

  std::unique_ptr<DiskFile> file_;  // none: the next record opens a segment
  std::string file_name_;
  std::uint64_t segment_ = 0;        // of file_
  std::uint64_t segments_used_ = 0;  // numbers given out, also to headers that failed
  std::int64_t opened_us_ = 0;       // wall time
  std::uint64_t offset_ = 0;
  std::uint64_t next_number_ = 1;
  std::uint64_t failures_ = 0;
};

}  // namespace footfall::edge
