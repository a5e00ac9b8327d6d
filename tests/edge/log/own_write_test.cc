// Which thread writes: the log thread, or the worker that submits.
#include <gtest/gtest.h>

#include <chrono>

#include "tests/edge/log/log_life.h"
#include "tests/edge/log/opened_log.h"

namespace footfall::edge {
namespace {

using namespace std::chrono_literals;

// What a write takes is what the disk says: a machine with too much to do makes none slow.
struct TimedDisk {
  ManualClock clock;
  FaultyDisk disk{1, clock};
};

TEST(OwnWrite, a_worker_writes_itself_while_writes_are_quick) {
  TimedDisk timed;
  FaultyDisk& disk = timed.disk;
  LogOptions options = small_options();
  options.own_write_us = 50'000;
  options.stall_us = 1'000'000;
  OpenedLog opened(disk, options, timed.clock);
  std::uint64_t ticket = 0;
  for (int i = 0; i < 16; ++i) {
    ASSERT_TRUE(opened.submit_and_wait(++ticket));
    EXPECT_FALSE(opened.verdicts.decided_here()) << "nobody knows yet";
  }
  ASSERT_TRUE(opened.comes_to_write_itself(ticket));
  disk.slow_writes(60'000);
  // The log thread may have been at it for another reason.
  ASSERT_TRUE(opened.comes_to_write_itself(ticket));
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(opened.submit_and_wait(++ticket));
    EXPECT_FALSE(opened.verdicts.decided_here()) << "slow: the log thread's";
  }
  disk.slow_writes(0);
  ASSERT_TRUE(opened.comes_to_write_itself(ticket));
  EXPECT_EQ(opened.verdicts.safe(0), ticket);
  EXPECT_TRUE(opened.verdicts.in_order());
  EXPECT_EQ(opened.log->head(), ticket);
}

// Once a write has stalled it is the log thread that meets the next stalls: a worker hands over and goes on at once. Each
// submit() below would return only after the stall, and that ends after them.
TEST(OwnWrite, after_a_stall_no_further_one_holds_a_worker_up) {
  for (const Ack ack : {Ack::synced, Ack::written}) {
    TimedDisk timed;
    FaultyDisk& disk = timed.disk;
    LogOptions options = small_options();
    options.ack = ack;
    options.workers = 2;
    options.own_write_us = 50'000;
    options.stall_us = 60'000;
    options.after_stall_us = 600'000'000;
    OpenedLog opened(disk, options, timed.clock);
    std::uint64_t ticket = 0;
    ASSERT_TRUE(opened.comes_to_write_itself(ticket));
    disk.slow_writes(60'000);
    ASSERT_TRUE(opened.submit_and_wait(++ticket));
    disk.slow_writes(0);
    for (int i = 0; i < 100; ++i) {  // quick, and yet not the worker's
      ASSERT_TRUE(opened.submit_and_wait(++ticket));
      ASSERT_FALSE(opened.verdicts.decided_here());
    }

    disk.stall(true);
    const std::uint64_t safe_before = opened.log->head();
    for (int i = 0; i < 3; ++i) opened.log->submit(0, batch_of(*opened.log, 0, ++ticket));
    opened.log->submit(1, batch_of(*opened.log, 1, 1));
    EXPECT_FALSE(opened.verdicts.wait_for(0, ticket - 2, 20ms)) << "not before it is written";
    EXPECT_EQ(opened.log->head(), safe_before);
    disk.stall(false);

    ASSERT_TRUE(opened.verdicts.wait_for(0, ticket));
    ASSERT_TRUE(opened.verdicts.wait_for(1, 1));
    EXPECT_EQ(opened.verdicts.safe(0), ticket);
    EXPECT_TRUE(opened.verdicts.in_order());
  }
}

TEST(OwnWrite, the_worker_writes_again_when_the_disk_has_not_stalled_for_a_while) {
  TimedDisk timed;
  LogOptions options = small_options();
  options.own_write_us = 50'000;
  options.stall_us = 60'000;
  options.after_stall_us = 200'000;
  OpenedLog opened(timed.disk, options, timed.clock);
  std::uint64_t ticket = 0;
  timed.disk.slow_writes(60'000);
  ASSERT_TRUE(opened.submit_and_wait(++ticket));
  timed.disk.slow_writes(0);
  timed.clock.advance_us(199'999);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(opened.submit_and_wait(++ticket));
    ASSERT_FALSE(opened.verdicts.decided_here());
  }
  timed.clock.advance_us(1);
  EXPECT_TRUE(opened.comes_to_write_itself(ticket));
}

// A strict installation: own_write_us = 0.
TEST(OwnWrite, no_stall_ever_holds_a_worker_up_that_never_writes_itself) {
  FaultyDisk disk;
  LogOptions options = small_options();
  options.own_write_us = 0;
  OpenedLog opened(disk, options);
  std::uint64_t ticket = 0;
  for (int i = 0; i < 32; ++i) ASSERT_TRUE(opened.submit_and_wait(++ticket));
  disk.stall(true);
  opened.log->submit(0, batch_of(*opened.log, 0, ++ticket));
  EXPECT_FALSE(opened.verdicts.wait_for(0, ticket, 20ms));
  disk.stall(false);
  EXPECT_TRUE(opened.verdicts.wait_for(0, ticket));
}

TEST(OwnWrite, a_worker_never_writes_itself_if_told_so) {
  FaultyDisk disk;
  LogOptions options = small_options();
  options.own_write_us = 0;
  OpenedLog opened(disk, options);
  for (std::uint64_t ticket = 1; ticket <= 100; ++ticket) {
    ASSERT_TRUE(opened.submit_and_wait(ticket));
    ASSERT_FALSE(opened.verdicts.decided_here());
  }
}

TEST(OwnWrite, handing_over_never_writes) {
  TimedDisk timed;
  LogOptions options = small_options();
  options.own_write_us = 1'000'000;
  options.stall_us = 1'000'000;
  OpenedLog opened(timed.disk, options, timed.clock);
  std::uint64_t ticket = 0;
  ASSERT_TRUE(opened.comes_to_write_itself(ticket));
  for (int i = 0; i < 20; ++i) {
    opened.log->hand_over(0, batch_of(*opened.log, 0, ++ticket));
    ASSERT_TRUE(opened.verdicts.wait_for(0, ticket));
    ASSERT_FALSE(opened.verdicts.decided_here());
  }
}

TEST(OwnWrite, the_log_thread_watches_over_what_a_worker_left) {
  FaultyDisk disk;
  LogOptions options = small_options();
  options.own_write_us = 1'000'000;
  options.stall_us = 10'000'000;  // a busy machine is none
  {
    OpenedLog failing(disk, options);
    std::uint64_t ticket = 0;
    ASSERT_TRUE(failing.comes_to_write_itself(ticket));
    disk.fail_writes(1'000'000);
    ASSERT_TRUE(failing.submit_and_wait(++ticket));
    EXPECT_EQ(failing.verdicts.refused(0), 1u);
    EXPECT_TRUE(eventually([&] { return !failing.log->accepts(); }, 2500ms))
        << "told, and not found after five seconds";
    disk.fail_writes(0);
    EXPECT_TRUE(eventually([&] { return failing.log->accepts(); }, 4000ms));
  }
  options.ack = Ack::written;
  OpenedLog written(disk, options);
  std::uint64_t ticket = 0;
  ASSERT_TRUE(written.comes_to_write_itself(ticket));
  const auto is_synced = [&] { return written.log->reader().incarnations().back().shippable == ticket; };
  ASSERT_TRUE(eventually(is_synced, 4000ms));
  for (int i = 0; i < 3; ++i) {  // with nothing left to sync the log thread sleeps for five seconds
    ASSERT_TRUE(written.submit_and_wait(++ticket));
    EXPECT_TRUE(eventually(is_synced, 4000ms));
  }
}

}  // namespace
}  // namespace footfall::edge
