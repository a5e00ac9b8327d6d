#include "edge/handlers/recorder.h"

#include <gtest/gtest.h>

#include "edge/log/log_options.h"
#include "tests/edge/handlers/handler_fixture.h"

namespace footfall::edge {
namespace {

class RecorderTest : public testing::Test, protected HandlerFixture {
 protected:
  wire::Click click(wire::ClickSource source = wire::ClickSource::redirect) {
    wire::Click out;
    out.id = mint.mint(kNowUs, {});
    out.received_us = kNowUs;
    out.source = source;
    out.query = filler;
    return out;
  }
  std::string filler;
};

TEST_F(RecorderTest, TicketsAreConsecutiveFromOne) {
  EXPECT_EQ(recorder.append(click()), 1u);
  EXPECT_EQ(recorder.append(click()), 1u);
  recorder.close();
  recorder.close();
  EXPECT_EQ(recorder.append(click()), 2u);
  recorder.close();
  ASSERT_EQ(log.submitted.size(), 2u);
  EXPECT_EQ(log.submitted[0].count, 2u);
  EXPECT_EQ(log.submitted[1].ticket, 2u);
}

TEST_F(RecorderTest, CountsAClickUnderEachOfItsVerdicts) {
  const auto judged = [&](const char* verdict) {
    return metrics
        .counter("footfall_edge_clicks_judged_total",
                 "Clicks handed to the log that do not count for what the edge saw, by verdict", {{"verdict", verdict}})
        .value();
  };
  wire::Click one = click();
  recorder.append(one);
  one.verdict = wire::kVerdictHead | wire::kVerdictLimit;
  recorder.append(one);
  one.verdict = wire::kVerdictLimit;
  recorder.append(one);
  EXPECT_EQ(judged("limit"), 2u);
  EXPECT_EQ(judged("head"), 1u);
  for (const char* other : {"prefetch", "no_agent", "origin"}) EXPECT_EQ(judged(other), 0u) << other;
}

// Only close() may wait for the disk.
TEST_F(RecorderTest, ABatchClosesBeforeItIsTooLargeAndWaitsForNothing) {
  filler = std::string(2'000, 'x');
  std::uint64_t last = 0;
  for (int i = 0; i < 1'000; ++i) last = recorder.append(click());
  EXPECT_GT(last, 5u);
  EXPECT_EQ(log.submitted.size(), 0u);
  EXPECT_EQ(log.handed_over.size(), last - 1);
  recorder.close();
  ASSERT_EQ(log.submitted.size(), 1u);
  EXPECT_EQ(log.submitted[0].ticket, last);
  for (const OpenBatch& batch : log.handed_over) EXPECT_LE(batch.clicks.size(), kBatchBytesMax);
}

TEST_F(RecorderTest, CountsByWhatBecomesOfThem) {
  recorder.append(click());
  recorder.append(click(wire::ClickSource::posted));
  recorder.append(click(wire::ClickSource::posted_client_id));
  recorder.close();
  recorder.append(click());
  recorder.close();
  EXPECT_EQ(recorder.in_flight(), 4u);
  recorder.decided(1, false);
  recorder.decided(2, true);
  EXPECT_EQ(probe.unrecorded.value(), 1u);
  EXPECT_EQ(refused(Refusal::log_unavailable), 2u);
  EXPECT_EQ(probe.safe.value(), 1u);
  EXPECT_EQ(recorder.in_flight(), 0u);
}

TEST_F(RecorderTest, UndecidedBatchesAreBounded) {
  std::size_t taken = 0;
  while (recorder.accepts() && taken < 10'000) {
    recorder.append(click());
    recorder.close();
    ++taken;
  }
  EXPECT_EQ(taken, Recorder::kTicketsMax - 1);
  recorder.decided(1, true);
  EXPECT_TRUE(recorder.accepts());
}

}  // namespace
}  // namespace footfall::edge
