#include "edge/log/record.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "edge/log/log_options.h"

namespace footfall::edge {
namespace {

RecordHeader some_header(std::size_t length) {
  RecordHeader header;
  header.identity = {wire::Incarnation::random(), 7};
  header.first = 100;
  header.count = 3;
  header.length = static_cast<std::uint32_t>(length);
  header.written_us = 1'700'000'000'000'000;
  return header;
}

AlignedBuffer sealed(const RecordHeader& header, const std::string& payload) {
  AlignedBuffer buffer(record_bytes(payload.size()));
  std::memcpy(buffer.data() + kRecordHeaderBytes, payload.data(), payload.size());
  EXPECT_EQ(seal_record(header, buffer.data()), buffer.size());
  return buffer;
}

RecordState decode(const AlignedBuffer& buffer, RecordView& view) {
  std::size_t needed = 0;
  return decode_record({buffer.data(), buffer.size()}, view, needed);
}

TEST(Record, comes_back_as_it_was) {
  for (const std::size_t length : {0u, 1u, 4024u, 4025u, 100'000u, unsigned{kRecordBytesMax}}) {
    const std::string payload(length, 'p');
    const RecordHeader header = some_header(length);
    const AlignedBuffer buffer = sealed(header, payload);
    EXPECT_EQ(buffer.size() % kBlockBytes, 0u);
    RecordView view;
    ASSERT_EQ(decode(buffer, view), RecordState::valid);
    EXPECT_EQ(view.header, header);
    EXPECT_EQ(view.payload, payload);
    EXPECT_TRUE(looks_like_record({buffer.data(), buffer.size()}, header.identity));
    EXPECT_FALSE(looks_like_record({buffer.data(), buffer.size()}, {header.identity.incarnation, 8}));
  }
}

TEST(Record, rule_03_the_checksum_covers_every_byte_of_header_and_payload) {
  const std::string payload(5000, 'p');
  AlignedBuffer buffer = sealed(some_header(payload.size()), payload);
  RecordView view;
  for (std::size_t at = 0; at < kRecordHeaderBytes + payload.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      buffer.data()[at] = static_cast<char>(buffer.data()[at] ^ (1 << bit));
      EXPECT_NE(decode(buffer, view), RecordState::valid) << at;
      buffer.data()[at] = static_cast<char>(buffer.data()[at] ^ (1 << bit));
    }
  }
  ASSERT_EQ(decode(buffer, view), RecordState::valid);
}

TEST(Record, says_how_much_it_needs) {
  const std::string payload(9000, 'p');
  const AlignedBuffer buffer = sealed(some_header(payload.size()), payload);
  RecordView view;
  std::size_t needed = 0;
  EXPECT_EQ(decode_record({buffer.data(), 40}, view, needed), RecordState::incomplete);
  EXPECT_EQ(needed, kBlockBytes);
  EXPECT_EQ(decode_record({buffer.data(), kBlockBytes}, view, needed), RecordState::incomplete);
  EXPECT_EQ(needed, buffer.size());
}

TEST(SegmentHeader, comes_back_as_it_was_from_either_copy) {
  SegmentHeader header{{wire::Incarnation::random(), 3}, 55, 1 << 20, 1234, {{10, 12}, {40, 54}},
                       {17, 1'700'000'000'000'000'001}};
  for (std::uint64_t i = 0; header.voids.size() < kVoidRunsMax; ++i) header.voids.push_back({100 + i, 100 + i});
  AlignedBuffer blocks(kSegmentHeaderBytes);
  encode_segment_header(header, blocks.data());
  const std::span<const char> both(blocks.data(), blocks.size());
  EXPECT_EQ(choose_segment_header(both), header);
  blocks.data()[100] ^= 1;
  EXPECT_EQ(choose_segment_header(both), header);
  blocks.data()[kBlockBytes + 100] ^= 1;
  EXPECT_EQ(choose_segment_header(both), std::nullopt);
  blocks.data()[100] ^= 1;
  EXPECT_EQ(choose_segment_header(both), header);
  for (std::size_t at = 0; at < kBlockBytes; at += 7) {
    blocks.data()[at] ^= 4;
    EXPECT_EQ(decode_segment_header(both.first(kBlockBytes)), std::nullopt) << at;
    blocks.data()[at] ^= 4;
  }
}

TEST(SegmentHeader, a_write_cut_short_over_an_older_use_is_the_later_use) {
  const SegmentHeader old_use{{wire::Incarnation::random(), 9}, 900, 1 << 20, 1000, {}, {}};
  const SegmentHeader new_use{{wire::Incarnation::random(), 1}, 1, 1 << 20, 2000, {}, {}};
  AlignedBuffer blocks(kSegmentHeaderBytes);
  AlignedBuffer newer(kSegmentHeaderBytes);
  encode_segment_header(old_use, blocks.data());
  encode_segment_header(new_use, newer.data());
  std::memcpy(blocks.data(), newer.data(), kBlockBytes);
  EXPECT_EQ(choose_segment_header({blocks.data(), blocks.size()}), new_use);
}

}  // namespace
}  // namespace footfall::edge
