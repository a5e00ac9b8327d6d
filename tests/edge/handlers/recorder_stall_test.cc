// The recorder over the log with its threads, while the disk stalls: what is taken becomes safe, and what would not is
// not taken.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "edge/handlers/recorder.h"
#include "tests/edge/log/opened_log.h"

namespace footfall::edge {
namespace {

struct RecordedLog {
  explicit RecordedLog(FaultyDisk& disk) {
    LogOptions options = small_options();
    options.handover_batches = 8;
    options.own_write_us = 0;
    log = *FileClickLog::open(options, disk.borrowed(), system_clock(), metrics,
                              [this](unsigned, std::uint64_t ticket, bool safe) { recorder->decided(ticket, safe); });
    recorder = std::make_unique<Recorder>(*log, 0, probe);
  }
  // Until the recorder takes no more. `clicks`: in one wake-up.
  std::uint64_t fill(int clicks, std::size_t click_bytes) {
    wire::Click click;
    const std::string filler(click_bytes, 'x');
    click.query = filler;
    std::uint64_t taken = 0;
    while (recorder->accepts() && taken < 10'000) {
      for (int i = 0; i < clicks && recorder->accepts(); ++i, ++taken) recorder->append(click);
      recorder->close();
    }
    return taken;
  }

  Metrics metrics;
  ClickProbe probe{metrics};
  std::unique_ptr<Recorder> recorder;  // outlives the log's threads
  std::unique_ptr<FileClickLog> log;
};

void expect_all_that_was_taken_safe(int clicks, std::size_t click_bytes, std::uint64_t at_least) {
  FaultyDisk disk;
  RecordedLog recorded(disk);
  disk.stall(true);
  const std::uint64_t taken = recorded.fill(clicks, click_bytes);
  EXPECT_GE(taken, at_least);
  EXPECT_LT(taken, 10'000u) << "no bound";
  disk.stall(false);
  EXPECT_TRUE(eventually([&] { return recorded.recorder->in_flight() == 0; }));
  EXPECT_EQ(recorded.probe.safe.value(), taken);
  EXPECT_TRUE(eventually([&] { return recorded.recorder->accepts(); })) << "once the next segment is there";
}

TEST(RecorderStall, ManySmallWakeUps) { expect_all_that_was_taken_safe(1, 100, 7); }

TEST(RecorderStall, WakeUpsOfMoreThanABatch) { expect_all_that_was_taken_safe(400, 2'000, 7 * 100); }

}  // namespace
}  // namespace footfall::edge
