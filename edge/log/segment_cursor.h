// Walks the records of one segment file, stepping over what is damaged. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "edge/log/disk.h"
#include "edge/log/record.h"

namespace footfall::edge {

class SegmentCursor {
 public:
  // Without an identity any valid record is accepted (for a file whose header is damaged).
  SegmentCursor(std::unique_ptr<DiskFile> file, std::uint64_t file_bytes, std::optional<SegmentIdentity> identity);

  // The next valid record at or after the current place; false at the end of the file. `out` points into the cursor
  // until the next call. What does not check out is read twice before it is stepped over, because the file may be
  // written to meanwhile. On an error the place is unchanged.
  Result<bool> next(RecordView& out);

  // From now on blocks that cannot be read count as damaged, instead of failing the call.
  void skip_unreadable() { skip_unreadable_ = true; }

  // Whether something that claimed to be a record of this segment was stepped over since the last valid one.
  bool skipped_damaged_record() const { return skipped_damaged_record_; }
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  Result<std::span<const char>> at(std::uint64_t offset, std::size_t bytes);
  Result<void> load(std::uint64_t offset, std::size_t bytes);
  Result<RecordState> decode_here(RecordView& out);

  std::unique_ptr<DiskFile> file_;
  const std::uint64_t file_bytes_;
  const std::optional<SegmentIdentity> identity_;
  std::uint64_t offset_ = kSegmentHeaderBytes;
  std::vector<char> window_;
  std::uint64_t window_at_ = 0;
  bool window_fresh_ = false;  // loaded during this call of next()
  bool skip_unreadable_ = false;
  bool skipped_damaged_record_ = false;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace footfall::edge
