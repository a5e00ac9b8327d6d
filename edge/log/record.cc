// The offsets are spelled out in the two layouts below, because a struct would hide padding and byte order. Checksums
// cover everything behind magic number and checksum.
#include "edge/log/record.h"

#include <cstring>
#include <type_traits>

#include "edge/log/log_options.h"
#include "proto/base/bytes.h"

namespace footfall::edge {
namespace {

constexpr std::uint32_t kRecordMagic = 0x31524646;   // "FFR1"
constexpr std::uint32_t kSegmentMagic = 0x31534646;  // "FFS1"
constexpr std::size_t kChecksummedFrom = 8;          // after magic and checksum

namespace record_at {
constexpr std::size_t kMagic = 0, kChecksum = 4, kHeaderBytes = 8, kLength = 12, kIncarnation = 16, kSegment = 32,
                      kFirst = 40, kCount = 48, kReserved = 52, kWrittenUs = 56, kReserved2 = 64;
static_assert(kReserved2 + 8 == kRecordHeaderBytes);
}  // namespace record_at

namespace segment_at {
constexpr std::size_t kMagic = 0, kChecksum = 4, kVersion = 8, kVoidCount = 12, kIncarnation = 16, kSegment = 32,
                      kFirst = 40, kBytes = 48, kStartedUs = 56, kVoids = 64, kInode = kVoids + kVoidRunsMax * 16,
                      kBornNs = kInode + 8;
static_assert(kBornNs + 8 <= kBlockBytes);
}  // namespace segment_at

constexpr std::uint32_t kFormatVersion = 1;

template <typename Integer>
void put(char* out, std::size_t at, Integer value) {
  auto bits = static_cast<std::make_unsigned_t<Integer>>(value);
  for (std::size_t i = 0; i < sizeof value; ++i, bits >>= 8) out[at + i] = static_cast<char>(bits & 0xff);
}

template <typename Integer>
Integer get(const char* in, std::size_t at) {
  std::make_unsigned_t<Integer> bits = 0;
  for (std::size_t i = sizeof bits; i-- > 0;) {
    bits = static_cast<std::make_unsigned_t<Integer>>(bits << 8) | static_cast<std::uint8_t>(in[at + i]);
  }
  return static_cast<Integer>(bits);
}

void put_incarnation(char* out, std::size_t at, const wire::Incarnation& incarnation) {
  std::memcpy(out + at, incarnation.bytes.data(), incarnation.bytes.size());
}

wire::Incarnation get_incarnation(const char* in, std::size_t at) {
  wire::Incarnation incarnation;
  std::memcpy(incarnation.bytes.data(), in + at, incarnation.bytes.size());
  return incarnation;
}

std::uint32_t checksum_of(const char* in, std::size_t end) {
  return crc32c({in + kChecksummedFrom, end - kChecksummedFrom});
}

}  // namespace

void encode_segment_header(const SegmentHeader& header, char* out) {
  FOOTFALL_CHECK(header.voids.size() <= kVoidRunsMax);
  std::memset(out, 0, kSegmentHeaderBytes);
  put<std::uint32_t>(out, segment_at::kMagic, kSegmentMagic);
  put<std::uint32_t>(out, segment_at::kVersion, kFormatVersion);
  put<std::uint32_t>(out, segment_at::kVoidCount, static_cast<std::uint32_t>(header.voids.size()));
  put_incarnation(out, segment_at::kIncarnation, header.identity.incarnation);
  put(out, segment_at::kSegment, header.identity.segment);
  put(out, segment_at::kFirst, header.first);
  put(out, segment_at::kBytes, header.bytes);
  put(out, segment_at::kStartedUs, header.started_us);
  std::size_t at = segment_at::kVoids;
  for (const VoidRun& run : header.voids) {
    put(out, at, run.first);
    put(out, at + 8, run.last);
    at += 16;
  }
  put(out, segment_at::kInode, header.file.inode);
  put(out, segment_at::kBornNs, header.file.born_ns);
  put<std::uint32_t>(out, segment_at::kChecksum, checksum_of(out, kBlockBytes));
  std::memcpy(out + kBlockBytes, out, kBlockBytes);
}

std::optional<SegmentHeader> decode_segment_header(std::span<const char> block) {
  if (block.size() < kBlockBytes) return std::nullopt;
  const char* in = block.data();
  if (get<std::uint32_t>(in, segment_at::kMagic) != kSegmentMagic ||
      get<std::uint32_t>(in, segment_at::kVersion) != kFormatVersion ||
      get<std::uint32_t>(in, segment_at::kChecksum) != checksum_of(in, kBlockBytes)) {
    return std::nullopt;
  }
  const auto void_count = get<std::uint32_t>(in, segment_at::kVoidCount);
  if (void_count > kVoidRunsMax) return std::nullopt;
  SegmentHeader header;
  header.identity.incarnation = get_incarnation(in, segment_at::kIncarnation);
  header.identity.segment = get<std::uint64_t>(in, segment_at::kSegment);
  header.first = get<std::uint64_t>(in, segment_at::kFirst);
  header.bytes = get<std::uint64_t>(in, segment_at::kBytes);
  header.started_us = get<std::int64_t>(in, segment_at::kStartedUs);
  for (std::size_t i = 0; i < void_count; ++i) {
    const std::size_t at = segment_at::kVoids + i * 16;
    header.voids.push_back({get<std::uint64_t>(in, at), get<std::uint64_t>(in, at + 8)});
  }
  header.file = {get<std::uint64_t>(in, segment_at::kInode), get<std::int64_t>(in, segment_at::kBornNs)};
  return header;
}

std::optional<SegmentHeader> choose_segment_header(std::span<const char> both) {
  if (both.size() < kSegmentHeaderBytes) return std::nullopt;
  auto one = decode_segment_header(both.first(kBlockBytes));
  auto two = decode_segment_header(both.subspan(kBlockBytes, kBlockBytes));
  if (!one || !two) return one ? one : two;
  // They differ only when a write of both was cut short: the first block is of the newer use or of neither.
  const auto use = [](const SegmentHeader& header) { return std::pair(header.started_us, header.identity.segment); };
  return use(*one) < use(*two) ? two : one;
}

std::size_t seal_record(const RecordHeader& header, char* buffer) {
  put<std::uint32_t>(buffer, record_at::kMagic, kRecordMagic);
  put<std::uint32_t>(buffer, record_at::kHeaderBytes, kRecordHeaderBytes);
  put(buffer, record_at::kLength, header.length);
  put_incarnation(buffer, record_at::kIncarnation, header.identity.incarnation);
  put(buffer, record_at::kSegment, header.identity.segment);
  put(buffer, record_at::kFirst, header.first);
  put(buffer, record_at::kCount, header.count);
  put<std::uint32_t>(buffer, record_at::kReserved, 0);
  put(buffer, record_at::kWrittenUs, header.written_us);
  put<std::uint64_t>(buffer, record_at::kReserved2, 0);
  const std::size_t end = kRecordHeaderBytes + header.length;
  const std::size_t total = record_bytes(header.length);
  std::memset(buffer + end, 0, total - end);
  put<std::uint32_t>(buffer, record_at::kChecksum, checksum_of(buffer, end));
  return total;
}

bool looks_like_record(std::span<const char> data, const SegmentIdentity& identity) {
  return data.size() >= kRecordHeaderBytes && get<std::uint32_t>(data.data(), record_at::kMagic) == kRecordMagic &&
         get<std::uint64_t>(data.data(), record_at::kSegment) == identity.segment &&
         get_incarnation(data.data(), record_at::kIncarnation) == identity.incarnation;
}

RecordState decode_record(std::span<const char> data, RecordView& out, std::size_t& needed_bytes) {
  if (data.size() < kRecordHeaderBytes) {
    needed_bytes = kBlockBytes;
    return RecordState::incomplete;
  }
  const char* in = data.data();
  const auto length = get<std::uint32_t>(in, record_at::kLength);
  if (get<std::uint32_t>(in, record_at::kMagic) != kRecordMagic ||
      get<std::uint32_t>(in, record_at::kHeaderBytes) != kRecordHeaderBytes || length > kRecordBytesMax) {
    return RecordState::invalid;
  }
  if (data.size() < kRecordHeaderBytes + length) {
    needed_bytes = record_bytes(length);
    return RecordState::incomplete;
  }
  if (get<std::uint32_t>(in, record_at::kChecksum) != checksum_of(in, kRecordHeaderBytes + length)) {
    return RecordState::invalid;
  }
  RecordHeader& header = out.header;
  header.identity.incarnation = get_incarnation(in, record_at::kIncarnation);
  header.identity.segment = get<std::uint64_t>(in, record_at::kSegment);
  header.first = get<std::uint64_t>(in, record_at::kFirst);
  header.count = get<std::uint32_t>(in, record_at::kCount);
  header.length = length;
  header.written_us = get<std::int64_t>(in, record_at::kWrittenUs);
  if (header.first == 0 || header.count == 0) return RecordState::invalid;
  out.payload = {in + kRecordHeaderBytes, length};
  return RecordState::valid;
}

}  // namespace footfall::edge
