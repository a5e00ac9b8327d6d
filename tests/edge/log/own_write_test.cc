// Which thread writes: the log thread, or the worker that submits.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/edge/log/opened_log.h"

namespace footfall::edge {
namespace {

using namespace std::chrono_literals;

TEST(OwnWrite, a_worker_writes_itself_while_writes_are_quick) {
  FaultyDisk disk;
  LogOptions options = small_options();
  options.own_write_us = 50'000;
  OpenedLog opened(disk, options);
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

TEST(OwnWrite, the_log_thread_watches_over_what_a_worker_left) {
  FaultyDisk disk;
  LogOptions options = small_options();
  options.own_write_us = 1'000'000;
  {
    OpenedLog failing(disk, options);
    std::uint64_t ticket = 0;
    ASSERT_TRUE(failing.comes_to_write_itself(ticket));
    disk.fail_writes(1'000'000);
    ASSERT_TRUE(failing.submit_and_wait(++ticket));
    EXPECT_EQ(failing.verdicts.refused(0), 1u);
    EXPECT_TRUE(eventually([&] { return !failing.log->accepts(); }, 500ms)) << "told at once";
    disk.fail_writes(0);
    EXPECT_TRUE(eventually([&] { return failing.log->accepts(); }, 1000ms));
  }
  options.ack = Ack::written;
  OpenedLog written(disk, options);
  std::uint64_t ticket = 0;
  ASSERT_TRUE(written.comes_to_write_itself(ticket));
  const auto is_synced = [&] { return written.log->reader().incarnations().back().shippable == ticket; };
  ASSERT_TRUE(eventually(is_synced, 1600ms));
  for (int i = 0; i < 3; ++i) {  // with nothing left to sync the log thread sleeps for five seconds
    ASSERT_TRUE(written.submit_and_wait(++ticket));
    EXPECT_TRUE(eventually(is_synced, 1600ms));
  }
}

}  // namespace
}  // namespace footfall::edge
