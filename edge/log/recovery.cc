#include "edge/log/recovery.h"

#include <array>
#include <optional>

#include "edge/log/segment_cursor.h"
#include "proto/base/logging.h"

namespace footfall::edge {
namespace {

std::optional<SegmentHeader> read_header(DiskFile& file) {
  std::array<char, kSegmentHeaderBytes> blocks{};
  if (auto got = file.read(0, blocks); !got) {
    // One of the two may still be readable.
    for (std::size_t at = 0; at < blocks.size(); at += kBlockBytes) {
      const std::span<char> block(blocks.data() + at, kBlockBytes);
      if (!file.read(at, block)) block[0] = 0;
    }
  }
  return choose_segment_header(blocks);
}

std::optional<RecordHeader> first_record(std::unique_ptr<DiskFile> file, std::uint64_t bytes) {
  SegmentCursor cursor(std::move(file), bytes, std::nullopt);
  cursor.skip_unreadable();
  RecordView view;
  const auto found = cursor.next(view);
  if (!found || !*found) return std::nullopt;
  return view.header;
}

}  // namespace

Result<void> recover_segments(Disk& disk, SegmentTable& table, std::uint64_t segment_bytes) {
  auto files = disk.list();
  if (!files) return std::unexpected(std::move(files.error()));
  for (const DiskFileInfo& info : *files) {
    if (!info.name.starts_with("segment-")) continue;
    table.reserve_name(info.name);
    Segment segment;
    segment.file = info.name;
    segment.bytes = info.bytes;
    segment.kind = SegmentKind::discarded;
    auto file = disk.open(info.name);
    if (!file) {
      log_error("log.segment.unreadable", {{"file", info.name}, {"error", file.error().message}});
      continue;  // left alone: an operator may still save it
    }
    if (auto header = read_header(**file)) {
      segment.kind = SegmentKind::sealed;
      segment.identity = header->identity;
      segment.first = header->first;
      segment.touched_us = info.modified_us;
      const bool is_copy = header->file.inode == 0 || header->file != (*file)->identity();
      table.add(std::move(segment), *header, is_copy);
      continue;
    }
    if (const auto record = first_record(std::move(*file), info.bytes)) {
      log_error("log.segment.header_damaged", {{"file", info.name}});
      segment.kind = SegmentKind::sealed;
      segment.identity = record->identity;
      segment.first = record->first;
      segment.touched_us = info.modified_us;
      table.add(std::move(segment), {}, true);
      continue;
    }
    if (info.bytes == segment_bytes) segment.kind = SegmentKind::spare;
    table.add(std::move(segment), {}, true);
  }
  table.link();
  return {};
}

}  // namespace footfall::edge
