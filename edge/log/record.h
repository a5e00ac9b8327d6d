// The log's format, encoded and decoded; pure functions. The page for people is README.md beside this file.
//
// A segment is a file of fixed size: a header, written twice (two blocks), then records. A record is one write: the
// clicks of the batches that arrived together. Both start on a block and are padded to a whole number of blocks. All
// integers are little-endian.
//
// Checksums are CRC-32C over all of header and payload that follows them: incarnation, segment number and first click
// number are under it, so a valid record that an earlier use of the file left behind is never taken for one of this use
// (PROTOCOL.md 3). What a visitor sends cannot pass for a record either: it cannot know the incarnation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "edge/log/disk.h"
#include "proto/wire/ids.h"

namespace footfall::edge {

inline constexpr std::size_t kRecordHeaderBytes = 72;
inline constexpr std::size_t kSegmentHeaderBytes = 2 * kBlockBytes;
inline constexpr std::size_t kVoidRunsMax = 240;  // that a header block holds

// Which use of which file: both are in every header and record.
struct SegmentIdentity {
  wire::Incarnation incarnation;
  std::uint64_t segment = 0;  // within the incarnation, from 1
  auto operator<=>(const SegmentIdentity&) const = default;
};

// Numbers whose sync failed: never acknowledged, never used again.
struct VoidRun {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  bool operator==(const VoidRun&) const = default;
};

struct SegmentHeader {
  SegmentIdentity identity;
  std::uint64_t first = 0;      // number of the first click that may be in it
  std::uint64_t bytes = 0;      // of the file
  std::int64_t started_us = 0;  // of the incarnation
  std::vector<VoidRun> voids;   // of the incarnation so far, except those that are stored; ascending
  FileIdentity file;            // of the file in which it was written; a copy of that file is another one
  bool operator==(const SegmentHeader&) const = default;
};

struct RecordHeader {
  SegmentIdentity identity;
  std::uint64_t first = 0;
  std::uint32_t count = 0;
  std::uint32_t length = 0;  // bytes of payload
  std::int64_t written_us = 0;
  std::uint64_t last() const { return first + count - 1; }
  bool operator==(const RecordHeader&) const = default;
};

struct RecordView {
  RecordHeader header;
  std::string_view payload;  // points into what was decoded
};

// Payload rounded up with its header to whole blocks.
constexpr std::size_t record_bytes(std::size_t length) {
  return (kRecordHeaderBytes + length + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
}

// Writes both copies to `out` (kSegmentHeaderBytes).
void encode_segment_header(const SegmentHeader& header, char* out);
std::optional<SegmentHeader> decode_segment_header(std::span<const char> block);
// Of the two copies the later use; none if neither is whole.
std::optional<SegmentHeader> choose_segment_header(std::span<const char> both);

// Makes a record of a buffer whose payload already stands at kRecordHeaderBytes: header, checksum, zero padding.
// Returns record_bytes(header.length), which the buffer must hold.
std::size_t seal_record(const RecordHeader& header, char* buffer);

// Whether a record of `identity` seems to begin here. Cheap: for stepping over blocks in search of one.
bool looks_like_record(std::span<const char> data, const SegmentIdentity& identity);

enum class RecordState : std::uint8_t {
  valid,
  incomplete,  // looks like a record that needs `needed_bytes` of data
  invalid,
};
// Any bytes may be given, of any use; on valid `out` is set, and the caller compares the identity.
RecordState decode_record(std::span<const char> data, RecordView& out, std::size_t& needed_bytes);

}  // namespace footfall::edge
