// PROTOCOL.md 6: footfall-core is ended as by kill -9 at each point of ingest's work, again and again, and started
// anew; each click is stored exactly once.
#include <gtest/gtest.h>

#include "core/ingest/failpoint.h"
#include "tests/core/ingest/rig.h"

namespace footfall::core::testing {
namespace {

constexpr std::size_t kClicks = 400;

class Crash : public ::testing::TestWithParam<std::string_view> {};

support::ChildProcess start_core(Rig& rig, const std::string& failpoint) {
  support::ChildOptions options;
  options.environment = {"FOOTFALL_CORE_POSTGRES_URL=" + rig.url,
                         "FOOTFALL_CORE_REDIS_URL=redis://127.0.0.1:" + std::to_string(shared_redis().port()),
                         "FOOTFALL_CORE_HTTP_PORT=0",
                         "FOOTFALL_CORE_ADMIN_PORT=0",
                         "FOOTFALL_CORE_INGEST_THREADS=1",
                         "FOOTFALL_CORE_INGEST_CLICKS_PER_TRANSACTION_MAX=20",
                         "FOOTFALL_CORE_FAILPOINT=" + failpoint};
  return support::ChildProcess({FOOTFALL_CORE_BINARY, "serve", "--roles", "ingest"}, options);
}

TEST_P(Crash, LosesNothingAndDoublesNothing) {
  Rig rig;
  rig.owner.reset();
  rig.watermark_publisher.reset();
  rig.clock.wall = system_clock().wall_us();
  TestEdge edge(rig);
  edge.take(kClicks);
  edge.send_heartbeat();
  edge.ship_all_from(1);
  int crashes = 0;
  for (int round = 0; round < 6; ++round) {
    const auto passes = std::to_string(1 + round % 3);
    auto core = start_core(rig, std::string(GetParam()) + ":" + passes);
    const int status = core.wait(30'000);
    ASSERT_EQ(status, 137) << "it did not come to " << GetParam();
    ++crashes;
    EXPECT_EQ(rig.number("select position from streams"), rig.clicks()) << "after " << crashes << " crashes";
  }
  auto core = start_core(rig, "");
  EXPECT_TRUE(eventually([&] { return rig.clicks() == static_cast<std::int64_t>(kClicks); }));
  core.stop(15);
  EXPECT_EQ(rig.number("select count(distinct number) from clicks"), static_cast<std::int64_t>(kClicks));
  EXPECT_EQ(rig.number("select sum(gross) from click_rollups"), static_cast<std::int64_t>(kClicks));
  EXPECT_EQ(rig.number("select sum(uniques) from click_rollups"), static_cast<std::int64_t>(kClicks));
  EXPECT_EQ(rig.number("select duplicates from streams"), 0);
}

INSTANTIATE_TEST_SUITE_P(Points, Crash,
                         ::testing::Values(kBeforeRead, kAfterRead, kBeforeCommit, kAfterCommit, kAfterPublish,
                                           kAfterTrim),
                         [](const auto& point) { return std::string(point.param); });

}  // namespace
}  // namespace footfall::core::testing
