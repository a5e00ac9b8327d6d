// The log with its threads, over a faulty disk in memory and over the real one.
#include "edge/log/file_click_log.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "tests/edge/log/opened_log.h"
#include "tests/support/private_servers.h"

namespace footfall::edge {
namespace {

using namespace std::chrono_literals;

TEST(FileClickLog, promise_1_a_batch_is_safe_only_after_its_sync) {
  FaultyDisk disk;
  OpenedLog opened(disk);
  ASSERT_TRUE(opened.log->accepts());
  ASSERT_TRUE(opened.submit_and_wait(1, 3));
  EXPECT_EQ(opened.verdicts.safe(0), 1u);
  EXPECT_EQ(opened.log->head(), 3u);
  disk.power_cut();  // at once: what is not synced would be gone
  OpenedLog after(disk);
  ASSERT_TRUE(eventually([&] { return after.log->reader().incarnations().size() == 2; }));
  EXPECT_EQ(after.log->reader().incarnations()[0].head, 3u);
}

TEST(FileClickLog, every_ticket_is_decided_once_and_in_order_however_many_workers) {
  constexpr unsigned kWorkers = 4;
  constexpr std::uint64_t kTickets = 3000;
  FaultyDisk disk;
  LogOptions options = small_options();
  options.workers = kWorkers;
  options.handover_batches = 8;  // so that some are refused
  Metrics metrics;
  Verdicts verdicts(kWorkers);
  auto log = *FileClickLog::open(options, disk.borrowed(), system_clock(), metrics, verdicts.callback());
  std::atomic<bool> done{false};
  std::thread shipper([&] {  // stores all at once, so that segments are recycled
    LogRun run;
    while (!done) {
      const auto own = log->reader().incarnations().back();
      log->reader().stored(own.id, own.shippable);
      log->reader().wait_beyond(own.shippable, 1'000);
    }
  });
  std::vector<std::thread> workers;
  for (unsigned worker = 0; worker < kWorkers; ++worker) {
    workers.emplace_back([&, worker] {
      for (std::uint64_t ticket = 1; ticket <= kTickets; ++ticket) {
        log->submit(worker, batch_of(*log, worker, ticket, 1 + ticket % 5));
        if (ticket % 50 == 0) verdicts.wait_for(worker, ticket);
      }
    });
  }
  for (auto& thread : workers) thread.join();
  log->close();
  done = true;
  shipper.join();
  EXPECT_TRUE(verdicts.in_order());
  for (unsigned worker = 0; worker < kWorkers; ++worker) {
    EXPECT_EQ(verdicts.safe(worker) + verdicts.refused(worker), kTickets);
    EXPECT_GT(verdicts.safe(worker), 0u);
  }
}

TEST(FileClickLog, a_full_handover_refuses_without_waiting) {
  FaultyDisk disk;
  LogOptions options = small_options();
  options.handover_batches = 4;
  std::mutex gate;
  Metrics metrics;
  std::atomic<int> safe{0}, refused{0};
  std::atomic<std::uint64_t> last{0};
  bool in_order = true;
  auto log = *FileClickLog::open(options, disk.borrowed(), system_clock(), metrics,
                                 [&](unsigned, std::uint64_t ticket, bool is_safe) {
                                   in_order = in_order && ticket == last + 1;
                                   last = ticket;
                                   ++(is_safe ? safe : refused);
                                   const std::lock_guard hold(gate);  // the log thread stands here
                                 });
  gate.lock();
  log->submit(0, batch_of(*log, 0, 1));
  ASSERT_TRUE(eventually([&] { return last == 1; }));
  for (std::uint64_t ticket = 2; ticket <= 20; ++ticket) log->submit(0, batch_of(*log, 0, ticket));
  gate.unlock();
  ASSERT_TRUE(eventually([&] { return last == 20; }));
  EXPECT_TRUE(in_order);
  EXPECT_EQ(safe, 5);
  EXPECT_EQ(refused, 15);
}

TEST(FileClickLog, batches_that_arrive_during_a_sync_share_the_next_one) {
  FaultyDisk disk;
  OpenedLog opened(disk);
  ASSERT_TRUE(opened.submit_and_wait(1));
  disk.slow_writes(5'000);
  for (std::uint64_t ticket = 2; ticket <= 101; ++ticket) opened.log->submit(0, batch_of(*opened.log, 0, ticket));
  ASSERT_TRUE(opened.verdicts.wait_for(0, 101));
  EXPECT_EQ(opened.verdicts.safe(0), 101u);
  EXPECT_EQ(opened.log->head(), 101u);
  LogProbe probe(opened.metrics);  // the same counters
  EXPECT_LE(probe.records.value(), 20u);
}

TEST(FileClickLog, a_failing_disk_is_refused_and_resumes_within_a_second) {
  FaultyDisk disk;
  OpenedLog opened(disk);
  ASSERT_TRUE(opened.submit_and_wait(1));
  disk.fail_writes(1'000'000);
  ASSERT_TRUE(opened.submit_and_wait(2));
  EXPECT_EQ(opened.verdicts.refused(0), 1u) << "never safe";
  EXPECT_TRUE(eventually([&] { return !opened.log->accepts(); }));
  ASSERT_TRUE(opened.submit_and_wait(3));
  EXPECT_EQ(opened.verdicts.refused(0), 2u) << "what slips through is decided as well";
  disk.fail_writes(0);
  EXPECT_TRUE(eventually([&] { return opened.log->accepts(); }, 4000ms));
  ASSERT_TRUE(opened.submit_and_wait(4));
  EXPECT_EQ(opened.verdicts.safe(0), 2u);
}

TEST(FileClickLog, a_full_log_refuses_and_resumes_when_something_is_stored) {
  FaultyDisk disk;
  OpenedLog opened(disk);
  std::uint64_t ticket = 0;
  while (opened.log->accepts()) {
    ASSERT_LT(ticket, 200u);
    ASSERT_TRUE(opened.submit_and_wait(++ticket, 1, 200'000));
  }
  EXPECT_EQ(opened.verdicts.refused(0), 0u) << "full is seen before anything is refused";
  EXPECT_TRUE(eventually([&] { return opened.metrics.expose().find("footfall_log_full 1") != std::string::npos; }));
  const auto own = opened.log->reader().incarnations().back();
  opened.log->reader().stored(own.id, own.head);
  EXPECT_TRUE(eventually([&] { return opened.log->accepts(); }, 4000ms));
  ASSERT_TRUE(opened.submit_and_wait(++ticket));
  EXPECT_EQ(opened.verdicts.safe(0), ticket);
}

TEST(FileClickLog, a_full_disk_at_the_start_is_no_error_and_heals) {
  FaultyDisk disk;
  disk.set_capacity(1000);
  OpenedLog opened(disk);
  EXPECT_FALSE(opened.log->accepts());
  ASSERT_TRUE(opened.submit_and_wait(1));
  EXPECT_EQ(opened.verdicts.refused(0), 1u);
  disk.set_capacity(~std::uint64_t{0});
  EXPECT_TRUE(eventually([&] { return opened.log->accepts(); }, 4000ms));
  ASSERT_TRUE(opened.submit_and_wait(2));
  EXPECT_EQ(opened.verdicts.safe(0), 1u);
}

TEST(FileClickLog, close_decides_what_was_submitted_and_ends_the_incarnation) {
  FaultyDisk disk;
  OpenedLog opened(disk);
  for (std::uint64_t ticket = 1; ticket <= 50; ++ticket) opened.log->submit(0, batch_of(*opened.log, 0, ticket));
  opened.log->close();
  EXPECT_EQ(opened.verdicts.safe(0), 50u);
  EXPECT_FALSE(opened.log->accepts());
  const auto own = opened.log->reader().incarnations().back();
  EXPECT_TRUE(own.ended);
  EXPECT_EQ(own.head, 50u);
  LogRun run;
  EXPECT_TRUE(opened.log->reader().read(own.id, 1, 100, 100'000, run));
  EXPECT_EQ(run.last, 50u);
}

TEST(FileClickLog, written_acknowledges_before_the_sync_and_syncs_within_a_second) {
  FaultyDisk disk;
  LogOptions options = small_options();
  options.ack = Ack::written;
  OpenedLog opened(disk, options);
  ASSERT_TRUE(opened.submit_and_wait(1, 2));
  EXPECT_EQ(opened.log->head(), 2u);
  EXPECT_TRUE(eventually([&] { return opened.log->reader().incarnations().back().shippable == 2; }, 4000ms));
}

TEST(FileClickLog, wakes_the_shipper_that_waits) {
  FaultyDisk disk;
  OpenedLog opened(disk);
  std::thread shipper([&] { opened.log->reader().wait_beyond(0, 30'000'000); });
  ASSERT_TRUE(opened.submit_and_wait(1));
  shipper.join();
  std::thread interrupted([&] { opened.log->reader().wait_beyond(1, 30'000'000); });
  opened.log->reader().interrupt();  // before it waits or while it does
  interrupted.join();
}

TEST(FileClickLog, empty_buffers_come_back) {
  FaultyDisk disk;
  OpenedLog opened(disk);
  ASSERT_TRUE(opened.submit_and_wait(1, 1, 5000));
  ASSERT_TRUE(opened.submit_and_wait(2, 1, 5000));
  EXPECT_GE(opened.log->take_empty(0).clicks.capacity(), 5000u);
}

TEST(FileClickLog, refuses_options_that_make_no_sense) {
  FaultyDisk disk;
  Metrics metrics;
  for (int fault = 0; fault < 5; ++fault) {
    LogOptions options = small_options();
    if (fault == 0) options.workers = 0;
    if (fault == 1) options.workers = 65;
    if (fault == 2) options.segment_bytes = kSegmentBytesMin + 1;
    if (fault == 3) options.total_bytes_max = options.segment_bytes;
    if (fault == 4) options.handover_batches = 0;
    EXPECT_FALSE(FileClickLog::open(options, disk.borrowed(), system_clock(), metrics, {})) << fault;
  }
}

TEST(RealDisk, rule_01_a_second_process_is_refused_and_a_restart_has_a_new_incarnation) {
  support::TempDir directory;
  LogOptions options = small_options();
  options.directory = directory.path() / "deep" / "log";
  Metrics metrics;
  Verdicts verdicts(1);
  wire::Incarnation first;
  {
    auto log = open_log(options, system_clock(), metrics, verdicts.callback());
    ASSERT_TRUE(log);
    const auto refused = open_log(options, system_clock(), metrics, verdicts.callback());
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("in use by another process"), std::string::npos);
    first = (*log)->reader().incarnations().back().id;
    (*log)->submit(0, batch_of(**log, 0, 1, 4));
    ASSERT_TRUE(verdicts.wait_for(0, 1));
  }
  Verdicts later(1);
  auto log = open_log(options, system_clock(), metrics, later.callback());
  ASSERT_TRUE(log);
  const auto found = (*log)->reader().incarnations();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].id, first);
  EXPECT_EQ(found[0].head, 4u);
  EXPECT_NE(found[1].id, first);
}

TEST(RealDisk, what_it_wrote_comes_back_over_segments_and_lives_with_and_without_direct_io) {
  for (const char* place : {"", "/dev/shm"}) {
    if (*place != '\0') ::setenv("TMPDIR", place, 1);
    support::TempDir directory;
    ::unsetenv("TMPDIR");
    LogOptions options = small_options();
    options.directory = directory.path();
    options.total_bytes_max = 16 * kSegmentBytesMin;
    Metrics metrics;
    Verdicts verdicts(1);
    {
      auto log = *open_log(options, system_clock(), metrics, verdicts.callback());
      for (std::uint64_t ticket = 1; ticket <= 60; ++ticket) {
        ASSERT_TRUE(eventually([&] { return log->accepts(); }));
        log->submit(0, batch_of(*log, 0, ticket, 1, 100'000));
        ASSERT_TRUE(verdicts.wait_for(0, ticket));
      }
      ASSERT_EQ(verdicts.safe(0), 60u);
    }
    Verdicts later(1);
    auto log = *open_log(options, system_clock(), metrics, later.callback());
    const auto old_one = log->reader().incarnations().front();
    EXPECT_EQ(old_one.head, 60u);
    std::uint64_t next = 1;
    LogRun run;
    while (next <= old_one.head) {
      ASSERT_TRUE(log->reader().read(old_one.id, next, 7, 1 << 20, run));
      EXPECT_EQ(run.reason, wire::VoidReason::none);
      EXPECT_EQ(run.first, next);
      EXPECT_EQ(run.clicks.size(), (run.last - run.first + 1) * 100'000);
      next = run.last + 1;
    }
  }
}

TEST(FileClickLog, a_disk_that_fails_at_the_start_is_waited_for) {
  for (const char* code : {"EROFS", "EIO", "ENOSPC"}) {
    FaultyDisk disk;
    {
      OpenedLog before(disk);
      ASSERT_TRUE(before.submit_and_wait(1, 3));
    }
    disk.fail_lock(code);
    OpenedLog opened(disk);
    EXPECT_FALSE(opened.log->accepts()) << code;
    EXPECT_EQ(opened.log->reader().incarnations().size(), 1u) << "nothing can be said of what is on the disk";
    opened.log->submit(0, batch_of(*opened.log, 0, 1));
    ASSERT_TRUE(opened.verdicts.wait_for(0, 1));
    EXPECT_EQ(opened.verdicts.refused(0), 1u);
    disk.fail_lock("");
    ASSERT_TRUE(eventually([&] { return opened.log->accepts(); })) << "it recovers by itself";
    ASSERT_TRUE(opened.submit_and_wait(2));
    EXPECT_EQ(opened.verdicts.safe(0), 1u);
    ASSERT_TRUE(eventually([&] { return opened.log->reader().incarnations().size() == 2; }));
    EXPECT_EQ(opened.log->reader().incarnations()[0].head, 3u);
  }
}

TEST(FileClickLog, a_directory_that_is_not_ours_is_refused) {
  for (const char* code : {"EACCES", "ENOTDIR"}) {
    FaultyDisk disk;
    disk.fail_lock(code);
    Metrics metrics;
    Verdicts verdicts(1);
    EXPECT_FALSE(FileClickLog::open(small_options(), disk.borrowed(), system_clock(), metrics, verdicts.callback()));
  }
}

TEST(FileDisk, a_copy_of_a_file_is_another_file) {
  const support::TempDir folder;
  const auto disk = make_file_disk(folder.path().string());
  ASSERT_TRUE(disk->lock());
  ASSERT_TRUE(disk->create("segment-1", kBlockBytes, true));
  std::filesystem::copy_file(folder.path() / "segment-1", folder.path() / "segment-2");
  const FileIdentity original = (*disk->open("segment-1"))->identity();
  EXPECT_NE(original.inode, 0u);
  EXPECT_EQ((*disk->open("segment-1"))->identity(), original);
  EXPECT_NE((*disk->open("segment-2"))->identity(), original);
}

}  // namespace
}  // namespace footfall::edge
