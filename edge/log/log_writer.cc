// add() joins batches in one buffer, behind room for the record's header; commit() seals the record and writes it to
// the open segment. The next segment is opened when the record does not fit. A failure abandons the segment: its
// numbers are void, and the next header says so before anything is acknowledged again.
#include "edge/log/log_writer.h"

#include <cstring>

#include "proto/base/logging.h"

namespace footfall::edge {
LogWriter::LogWriter(Disk& disk, SegmentTable& table, RecentRecords& recent, LogProgress& progress, const Clock& clock,
                     LogProbe& probe, const wire::Incarnation& incarnation, std::int64_t started_us,
                     std::uint64_t segment_bytes, bool sync_each)
    : disk_(disk),
      table_(table),
      recent_(recent),
      progress_(progress),
      clock_(clock),
      probe_(probe),
      incarnation_(incarnation),
      started_us_(started_us),
      segment_bytes_(segment_bytes),
      sync_each_(sync_each),
      buffer_(kRecordBufferBytes) {}

bool LogWriter::ready() { return fits(kRecordBytesMax) || (file_ && fits(length_)) || open_next(); }

bool LogWriter::has_room() const { return is_roomy() || (file_ && table_.has_spare()); }

void LogWriter::leave_older_than(std::int64_t us) {
  const bool holds_records = file_ && offset_ > kSegmentHeaderBytes;
  if (holds_records && clock_.wall_us() - opened_us_ > us) open_next();
}

bool LogWriter::add(std::string_view clicks, std::uint32_t count) {
  if (length_ + clicks.size() > kRecordBytesMax) return false;
  std::memcpy(buffer_.data() + kRecordHeaderBytes + length_, clicks.data(), clicks.size());
  length_ += clicks.size();
  count_ += count;
  return true;
}

bool LogWriter::commit() {
  FOOTFALL_CHECK(count_ != 0);
  const std::size_t length = length_;
  const std::uint32_t count = count_;
  length_ = 0;
  count_ = 0;
  // Without a segment no number is used up: there is nothing to declare void.
  if (!fits(length) && !open_next()) return false;

  RecordHeader header;
  header.identity = {incarnation_, segment_};
  header.first = next_number_;
  header.count = count;
  header.length = static_cast<std::uint32_t>(length);
  header.written_us = clock_.wall_us();
  const std::size_t size = seal_record(header, buffer_.data());
  next_number_ += count;

  const std::int64_t before_us = clock_.steady_us();
  const std::span<const char> blocks(buffer_.data(), size);
  const auto written = sync_each_ ? file_->write_synced(offset_, blocks) : file_->write(offset_, blocks);
  if (!written) {
    // ack = written: what was not synced yet is void together with this record.
    abandon(sync_each_ ? header.first : progress_.shippable() + 1, header.last(), written.error());
    return false;
  }
  offset_ += size;
  recent_.push(header.first, header.last(), header.written_us, {buffer_.data() + kRecordHeaderBytes, length});
  progress_.set_head(header.last());
  if (sync_each_) {
    probe_.syncs.add();
    probe_.sync_seconds.observe(static_cast<double>(clock_.steady_us() - before_us) * 1e-6);
    progress_.set_shippable(header.last());
  }
  probe_.records.add();
  probe_.clicks.add(count);
  probe_.bytes_written.add(size);
  return true;
}

bool LogWriter::sync() {
  if (!unsynced() || !file_) return true;
  const std::int64_t before_us = clock_.steady_us();
  if (const auto synced = file_->sync(); !synced) {
    abandon(progress_.shippable() + 1, progress_.head(), synced.error());
    return false;
  }
  probe_.syncs.add();
  probe_.sync_seconds.observe(static_cast<double>(clock_.steady_us() - before_us) * 1e-6);
  progress_.set_shippable(progress_.head());
  return true;
}

bool LogWriter::open_next() {
  if (file_ && !sync()) return false;  // a segment is left behind durable or not at all
  const auto voids = table_.voids_for_header();
  if (!voids) {
    log_warn_limited("log.too_many_voids", {{"incarnation", incarnation_.hex()}});
    return false;
  }
  const auto spare = table_.take_spare();
  if (!spare) return false;

  // A header that fails may yet stand on disk, so its number is used up.
  SegmentHeader header{{incarnation_, ++segments_used_}, next_number_, segment_bytes_, started_us_, *voids, {}};
  auto file = disk_.open(*spare);
  Result<void> written = file ? Result<void>() : Result<void>(std::unexpected(file.error()));
  if (file) {
    AlignedBuffer blocks(kSegmentHeaderBytes);
    header.file = (*file)->identity();
    encode_segment_header(header, blocks.data());
    written = (*file)->write_synced(0, {blocks.data(), blocks.size()});
  }
  if (!written) {
    ++failures_;
    probe_.sync_failures.add();
    log_warn_limited("log.segment.open_failed", {{"file", *spare}, {"error", written.error().message}});
    table_.discard(*spare);
    return false;
  }
  segment_ = segments_used_;
  file_ = std::move(*file);
  file_name_ = *spare;
  offset_ = kSegmentHeaderBytes;
  opened_us_ = clock_.wall_us();
  table_.open(*spare, segment_, next_number_, opened_us_);
  return true;
}

void LogWriter::abandon(std::uint64_t first, std::uint64_t last, const Error& error) {
  ++failures_;
  probe_.sync_failures.add();
  probe_.segments_abandoned.add();
  log_error("log.segment.abandoned",
            {{"file", file_name_}, {"first", first}, {"last", last}, {"error", error.message}});
  recent_.clear();  // it may hold numbers that are void now
  table_.fail_open({first, last});
  file_.reset();
  // The void numbers are left behind: what is shippable stays below them until a later record is safe.
  progress_.set_head(progress_.shippable());
}

}  // namespace footfall::edge
