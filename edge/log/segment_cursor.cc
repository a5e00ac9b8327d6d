#include "edge/log/segment_cursor.h"

#include <algorithm>
#include <cstring>

#include "edge/log/log_options.h"

namespace footfall::edge {
namespace {

constexpr std::size_t kWindowBytes = 256 * 1024;

}  // namespace

SegmentCursor::SegmentCursor(std::unique_ptr<DiskFile> file, std::uint64_t file_bytes,
                             std::optional<SegmentIdentity> identity)
    : file_(std::move(file)), file_bytes_(file_bytes), identity_(std::move(identity)) {}

Result<bool> SegmentCursor::next(RecordView& out) {
  window_fresh_ = false;
  const std::uint64_t place = offset_;
  bool skipped_damaged_record = false;
  while (offset_ + kRecordHeaderBytes <= file_bytes_) {
    auto state = decode_here(out);
    if (state && *state == RecordState::invalid && !window_fresh_) {
      window_.clear();
      continue;
    }
    if (!state) {
      offset_ = place;
      return std::unexpected(std::move(state.error()));
    }
    if (*state == RecordState::valid) {
      skipped_damaged_record_ = skipped_damaged_record;
      offset_ += record_bytes(out.header.length);
      return true;
    }
    if (identity_) {
      auto block = at(offset_, kRecordHeaderBytes);
      skipped_damaged_record |= block && looks_like_record(*block, *identity_);
    }
    offset_ += kBlockBytes;
  }
  skipped_damaged_record_ = skipped_damaged_record;
  return false;
}

// Valid only if it is a whole record of the wanted identity. A record cut off by the end of the file is invalid.
Result<RecordState> SegmentCursor::decode_here(RecordView& out) {
  auto data = at(offset_, kRecordHeaderBytes);
  if (!data) return std::unexpected(std::move(data.error()));
  if (identity_ && !looks_like_record(*data, *identity_)) return RecordState::invalid;
  std::size_t needed_bytes = 0;
  RecordState state = decode_record(*data, out, needed_bytes);
  if (state == RecordState::incomplete) {
    if (offset_ + needed_bytes > file_bytes_) return RecordState::invalid;
    data = at(offset_, needed_bytes);
    if (!data) return std::unexpected(std::move(data.error()));
    state = decode_record(*data, out, needed_bytes);
  }
  return state == RecordState::valid ? state : RecordState::invalid;
}

// All that the window holds from `offset`, at least `bytes`, unless the file ends before.
Result<std::span<const char>> SegmentCursor::at(std::uint64_t offset, std::size_t bytes) {
  if (offset < window_at_ || offset + bytes > window_at_ + window_.size()) {
    if (auto loaded = load(offset, bytes); !loaded) return std::unexpected(std::move(loaded.error()));
  }
  return std::span<const char>(window_).subspan(offset - window_at_);
}

Result<void> SegmentCursor::load(std::uint64_t offset, std::size_t bytes) {
  const std::size_t size = std::min<std::uint64_t>(std::max(bytes, kWindowBytes), file_bytes_ - offset);
  window_.resize(size);
  window_at_ = offset;
  auto got = file_->read(offset, window_);
  if (!got && skip_unreadable_) {
    std::memset(window_.data(), 0, size);
    for (std::size_t at = 0; at < size; at += kBlockBytes) {
      const std::span<char> block(window_.data() + at, std::min(kBlockBytes, size - at));
      if (!file_->read(offset + at, block)) std::memset(block.data(), 0, block.size());
    }
    got = size;
  }
  if (!got) {
    window_.clear();
    return std::unexpected(std::move(got.error()));
  }
  // The file is shorter than it should be: what is missing reads as zeros, which are no record.
  std::memset(window_.data() + *got, 0, size - *got);
  window_fresh_ = true;
  bytes_read_ += size;
  return {};
}

}  // namespace footfall::edge
