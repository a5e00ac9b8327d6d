// What is a click, a hole, a torn tail: PROTOCOL.md 3 and 4, over a disk that fails on command.
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "tests/edge/log/log_life.h"

namespace footfall::edge {
namespace {

using wire::VoidReason;

std::string clicks_of(std::uint64_t number) { return "click " + std::to_string(number) + std::string(200, '.'); }

// Writes `count` records of one click each, every one in a block of its own.
void write_some(LogLife& life, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t number = life.progress.head() + 1;
    ASSERT_EQ(life.write(clicks_of(number)), number);
  }
}

std::string only_file(const FaultyDisk& disk) { return disk.names().front(); }
std::uint64_t place_of(std::uint64_t record) { return kSegmentHeaderBytes + (record - 1) * kBlockBytes; }

// All records come back but those in [first_lost, last_lost], which come as one hole.
void expect_hole(LogLife& life, const wire::Incarnation& id, std::uint64_t head, std::uint64_t first_lost,
                 std::uint64_t last_lost, VoidReason reason) {
  EXPECT_EQ(life.head_of(id), head);
  std::uint64_t next = 1;
  for (const LogRun& run : life.read_all(id)) {
    ASSERT_EQ(run.first, next);
    next = run.last + 1;
    if (run.first == first_lost) {
      EXPECT_EQ(run.last, last_lost);
      EXPECT_EQ(run.reason, reason);
    } else {
      EXPECT_EQ(run.reason, VoidReason::none);
      EXPECT_EQ(run.clicks, clicks_of(run.first));
    }
  }
  EXPECT_EQ(next, head + 1);
}

TEST(Recovery, rule_01_every_start_has_an_incarnation_of_its_own_and_older_ones_never_grow) {
  FaultyDisk disk;
  LogLife first(disk);
  write_some(first, 5);
  LogLife second(disk);
  write_some(second, 3);
  EXPECT_NE(first.id, second.id);
  const auto found = second.all_incarnations();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].id, first.id);
  EXPECT_TRUE(found[0].ended);
  EXPECT_EQ(found[0].head, 5u);
  EXPECT_EQ(found[1].id, second.id);
  EXPECT_FALSE(found[1].ended);
  EXPECT_EQ(found[1].head, 3u);
}

TEST(Recovery, rule_03_old_records_of_a_recycled_segment_are_not_taken) {
  FaultyDisk disk;
  const LifeOptions one_segment{.segment_bytes = 64 * 1024, .total_bytes_max = 128 * 1024};
  LogLife life(disk, one_segment);
  write_some(life, 28);  // two segments, full
  EXPECT_EQ(life.write(clicks_of(29)), std::nullopt) << "full: nothing is stored";
  life.reader.stored(life.id, 14);
  ASSERT_EQ(life.write(clicks_of(29)), 29u);  // over the first block of what held 1 to 14
  EXPECT_EQ(life.first_held(), 15u);
  LogLife after(disk, one_segment);
  EXPECT_EQ(after.head_of(life.id), 29u);
  const auto runs = after.read_all(life.id);
  ASSERT_EQ(runs.size(), 16u);  // the hole of what was recycled, 15 to 28, 29
  EXPECT_EQ(runs[0].last, 14u);
  EXPECT_EQ(runs[0].reason, VoidReason::unreadable);
  EXPECT_EQ(runs[15].clicks, clicks_of(29));
}

TEST(Recovery, rule_03_a_number_whose_sync_failed_is_void_and_never_used_again) {
  FaultyDisk disk;
  LogLife life(disk);
  write_some(life, 3);
  const std::string first_segment = only_file(disk);
  disk.fail_writes(1);
  EXPECT_EQ(life.write(clicks_of(4), 2), std::nullopt);  // 4 and 5
  EXPECT_EQ(life.progress.head(), 3u);
  ASSERT_EQ(life.write(clicks_of(6)), 6u);
  EXPECT_EQ(life.table.find(life.id, 6)->file == first_segment, false) << "the segment was abandoned";
  expect_hole(life, life.id, 6, 4, 5, VoidReason::never_acknowledged);
  LogLife after(disk);
  expect_hole(after, life.id, 6, 4, 5, VoidReason::never_acknowledged);
}

TEST(Recovery, rule_03_the_next_header_keeps_a_failed_record_void_even_if_it_is_readable) {
  // The disk says EIO, although all of it had reached the medium.
  FaultyDisk other;
  LogLife again(other);
  write_some(again, 3);
  other.fail_writes(1);
  ASSERT_EQ(again.write(clicks_of(4)), std::nullopt);
  ASSERT_EQ(again.write(clicks_of(5)), 5u);
  const std::string abandoned = other.names().front();
  AlignedBuffer record(kBlockBytes);
  std::memcpy(record.data() + kRecordHeaderBytes, clicks_of(4).data(), clicks_of(4).size());
  seal_record({{again.id, 1}, 4, 1, static_cast<std::uint32_t>(clicks_of(4).size()), 0}, record.data());
  std::memcpy(other.content(abandoned).data() + place_of(4), record.data(), kBlockBytes);
  other.sync_file(abandoned);
  expect_hole(again, again.id, 5, 4, 4, VoidReason::never_acknowledged);
  LogLife after(other);
  expect_hole(after, again.id, 5, 4, 4, VoidReason::never_acknowledged);
}

TEST(Recovery, rule_03_a_damaged_record_with_a_valid_later_one_is_a_hole_and_reading_goes_on) {
  FaultyDisk disk;
  LogLife life(disk);
  write_some(life, 6);
  disk.flip_bit(only_file(disk), place_of(3) + 100);
  expect_hole(life, life.id, 6, 3, 3, VoidReason::unreadable);
  LogLife after(disk);
  expect_hole(after, life.id, 6, 3, 3, VoidReason::unreadable);
  EXPECT_EQ(after.probe.corrupt_runs.value(), 1u);
  EXPECT_EQ(after.probe.voided(VoidReason::unreadable).value(), 1u);
  expect_hole(after, life.id, 6, 3, 3, VoidReason::unreadable);
  EXPECT_EQ(after.probe.corrupt_runs.value(), 1u) << "read again, counted once";
}

TEST(Recovery, rule_03_a_damaged_record_with_none_after_it_is_a_torn_tail) {
  FaultyDisk disk;
  LogLife life(disk);
  write_some(life, 6);
  disk.flip_bit(only_file(disk), place_of(6) + 100);
  LogLife after(disk);
  EXPECT_EQ(after.head_of(life.id), 5u);
  EXPECT_EQ(after.read_all(life.id).size(), 5u);
  EXPECT_EQ(after.probe.torn_tails.value(), 1u);
  EXPECT_EQ(after.probe.corrupt_runs.value(), 0u);
  EXPECT_TRUE(after.all_incarnations()[0].tail_damaged);
}

TEST(Recovery, rule_03_damage_at_the_end_of_a_segment_that_is_not_the_last_is_no_torn_tail) {
  FaultyDisk disk;
  LogLife life(disk, {.segment_bytes = 64 * 1024});
  write_some(life, 20);  // 14 in the first
  disk.zero(only_file(disk), place_of(13), 2 * kBlockBytes);
  LogLife after(disk, {.segment_bytes = 64 * 1024});
  expect_hole(after, life.id, 20, 13, 14, VoidReason::unreadable);
}

TEST(Recovery, rule_03_only_what_is_synced_is_shipped) {
  FaultyDisk disk;
  LogLife life(disk, {.sync_each = false});
  for (int i = 1; i <= 4; ++i) ASSERT_TRUE(life.write(clicks_of(i)));
  EXPECT_EQ(life.all_incarnations()[0].head, 4u) << "acknowledged, so a conversion must wait for it";
  EXPECT_EQ(life.all_incarnations()[0].shippable, 0u);
  LogRun run;
  EXPECT_FALSE(life.reader.read(life.id, 1, 10, 1000, run));
  ASSERT_TRUE(life.writer.sync());
  EXPECT_EQ(life.all_incarnations()[0].shippable, 4u);
  EXPECT_EQ(life.read_all(life.id).size(), 4u);
}

TEST(Recovery, rule_03_written_survives_the_process_and_what_a_failed_sync_took_is_void) {
  FaultyDisk disk;
  LogLife life(disk, {.sync_each = false});
  for (int i = 1; i <= 4; ++i) ASSERT_TRUE(life.write(clicks_of(i)));
  disk.kill_process();
  LogLife after(disk, {.sync_each = false});
  EXPECT_EQ(after.head_of(life.id), 4u);
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(after.write(clicks_of(i)));
  ASSERT_TRUE(after.writer.sync());
  for (int i = 4; i <= 5; ++i) ASSERT_TRUE(after.write(clicks_of(i)));
  disk.fail_writes(1);
  EXPECT_FALSE(after.writer.sync());
  EXPECT_EQ(after.progress.head(), 3u);
  ASSERT_TRUE(after.write(clicks_of(6)));
  ASSERT_TRUE(after.writer.sync());
  expect_hole(after, after.id, 6, 4, 5, VoidReason::never_acknowledged);
}

TEST(Recovery, one_thousand_bit_flips_each_cost_at_most_the_record_they_hit) {
  FaultyDisk disk;
  LogLife life(disk);
  write_some(life, 20);
  const std::string file = only_file(disk);
  std::mt19937 random(1);
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t place = random() % (kSegmentHeaderBytes + 20 * kBlockBytes);
    disk.flip_bit(file, place);
    LogLife after(disk);
    const auto runs = after.read_all(life.id);
    std::uint64_t clicks = 0;
    for (const LogRun& run : runs) {
      if (run.reason != VoidReason::none) continue;
      ++clicks;
      ASSERT_EQ(run.clicks, clicks_of(run.first));
    }
    const bool in_record = place >= kSegmentHeaderBytes &&
                           (place - kSegmentHeaderBytes) % kBlockBytes < kRecordHeaderBytes + clicks_of(1).size();
    ASSERT_GE(clicks, in_record ? 19u : 20u) << place;
    disk.flip_bit(file, place);
  }
}

TEST(Recovery, a_file_with_both_headers_damaged_is_known_by_its_records) {
  FaultyDisk disk;
  LogLife life(disk);
  write_some(life, 5);
  disk.zero(only_file(disk), 0, kSegmentHeaderBytes);
  LogLife after(disk);
  EXPECT_EQ(after.head_of(life.id), 5u);
  EXPECT_EQ(after.read_all(life.id).size(), 5u);
}

TEST(Recovery, a_truncated_file_keeps_what_it_has) {
  FaultyDisk disk;
  LogLife life(disk);
  write_some(life, 8);
  disk.truncate(only_file(disk), place_of(6) + 100);
  LogLife after(disk);
  EXPECT_EQ(after.head_of(life.id), 5u);
  EXPECT_EQ(after.read_all(life.id).size(), 5u);
}

TEST(Recovery, a_disk_that_cannot_be_read_is_tried_for_a_while_and_then_given_up) {
  FaultyDisk disk;
  LogLife life(disk);
  write_some(life, 3);
  disk.fail_reads(true);
  LogRun run;
  EXPECT_FALSE(life.reader.read(life.id, 1, 1, 1, run));
  LogLife::shared_clock().advance_us(kGiveUpReadingUs / 2);
  EXPECT_FALSE(life.reader.read(life.id, 1, 1, 1, run));
  disk.fail_reads(false);
  ASSERT_TRUE(life.reader.read(life.id, 1, 1, 1, run)) << "it recovered: nothing is lost";
  EXPECT_EQ(run.clicks, clicks_of(1));
  disk.fail_reads(true);
  EXPECT_FALSE(life.reader.read(life.id, 1, 1, 1, run));
  LogLife::shared_clock().advance_us(kGiveUpReadingUs + 1);
  life.reader.read(life.id, 1, 1, 1, run);
  ASSERT_TRUE(life.reader.read(life.id, 1, 1, 1, run));
  EXPECT_EQ(run.reason, VoidReason::unreadable);
  EXPECT_EQ(run.last, 3u);
}

TEST(Recovery, rule_04_a_lower_position_takes_recycling_back) {
  FaultyDisk disk;
  const LifeOptions two{.segment_bytes = 64 * 1024, .total_bytes_max = 128 * 1024};
  LogLife life(disk, two);
  write_some(life, 28);
  life.reader.stored(life.id, 28);
  life.reader.stored(life.id, 10);  // a database restored behind its watermark
  EXPECT_FALSE(life.prepare());
  EXPECT_EQ(life.read_all(life.id).size(), 28u);
}

TEST(Recovery, rule_04_maximum_age_holds_for_a_quiet_edge_as_well) {
  FaultyDisk disk;
  LogLife life(disk, {.max_age_us = 1'000'000});
  write_some(life, 1);
  while (life.prepare()) {
  }
  const std::string first_file = life.table.find(life.id, 1)->file;
  life.writer.leave_older_than(1'000'000);
  EXPECT_EQ(life.table.find(life.id, 1)->kind, SegmentKind::open) << "too young";
  LogLife::shared_clock().advance_us(1'000'001);
  life.writer.leave_older_than(1'000'000);
  EXPECT_EQ(life.table.find(life.id, 1)->kind, SegmentKind::sealed);
  life.reader.stored(life.id, 1);
  LogLife::shared_clock().advance_us(1'000'001);
  while (life.prepare()) {
  }
  EXPECT_FALSE(disk.open(first_file));
  EXPECT_EQ(life.write(clicks_of(2)), 2u);
}

TEST(Recovery, rule_04_the_last_segment_of_an_older_incarnation_waits_until_its_end_is_known) {
  FaultyDisk disk;
  const LifeOptions two{.segment_bytes = 64 * 1024, .total_bytes_max = 128 * 1024};
  LogLife life(disk, two);
  write_some(life, 2);
  LogLife after(disk, two);
  after.all_incarnations();
  while (after.prepare()) {
  }
  write_some(after, 14);
  after.reader.stored(life.id, 2);
  EXPECT_EQ(after.write(clicks_of(15)), std::nullopt);
  after.reader.finished(life.id);
  EXPECT_EQ(after.write(clicks_of(15)), 15u);
  EXPECT_EQ(after.all_incarnations().size(), 1u);
}

TEST(Recovery, an_older_incarnation_without_a_click_is_no_burden) {
  FaultyDisk disk;
  const LifeOptions two{.segment_bytes = 64 * 1024, .total_bytes_max = 128 * 1024};
  for (int i = 0; i < 10; ++i) {
    LogLife life(disk, two);
    life.all_incarnations();
    while (life.prepare()) {
    }
    ASSERT_TRUE(life.writer.ready()) << "restart " << i;
  }
}

TEST(Recovery, void_runs_beyond_what_a_header_holds_close_the_log_until_some_are_stored) {
  FaultyDisk disk;
  LogLife life(disk, {.total_bytes_max = 256u << 20});
  for (std::size_t i = 0; i < kVoidRunsMax + 1; ++i) {
    ASSERT_TRUE(life.write("good"));
    disk.fail_writes(1);
    ASSERT_FALSE(life.write("bad"));
  }
  EXPECT_FALSE(life.write("good"));
  life.reader.stored(life.id, 2);
  EXPECT_TRUE(life.write("good"));
}

}  // namespace
}  // namespace footfall::edge
