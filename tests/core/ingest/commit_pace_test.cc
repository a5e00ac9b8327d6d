// Ingest leaves a slow disk to the edges: pauses grow with the time that commits take, within a bound.
#include "core/ingest/commit_pace.h"

#include <gtest/gtest.h>

namespace footfall::core {
namespace {

constexpr std::int64_t kPauseMinUs = 20'000;

// What share of the time is spent in commits that take so long, once the pace has settled.
double share_of_commits(std::int64_t commit_us) {
  CommitPace pace(kPauseMinUs);
  std::int64_t in_commits_us = 0, now_us = 0;
  for (int i = 0; i < 300; ++i) {
    if (i == 100) in_commits_us = now_us = 0;
    pace.on_commit(commit_us);
    in_commits_us += commit_us;
    now_us += commit_us + pace.pause_us();
  }
  return static_cast<double>(in_commits_us) / static_cast<double>(now_us);
}

TEST(CommitPace, QuickCommitsHaveTheShortestPause) {
  CommitPace pace(kPauseMinUs);
  EXPECT_EQ(pace.pause_us(), kPauseMinUs);
  for (int i = 0; i < 100; ++i) pace.on_commit(500);
  EXPECT_EQ(pace.pause_us(), kPauseMinUs);
}

TEST(CommitPace, CommitsTakeATwentiethOfTheTimeAtMost) {
  for (const std::int64_t commit_us : {200, 1'000, 3'000, 5'000, 12'000}) {
    EXPECT_LE(share_of_commits(commit_us), 0.05) << commit_us;
  }
}

TEST(CommitPace, ThePauseIsBounded) {
  CommitPace pace(kPauseMinUs);
  for (int i = 0; i < 10; ++i) pace.on_commit(10'000'000);
  EXPECT_EQ(pace.pause_us(), CommitPace::kPauseMaxUs);
}

TEST(CommitPace, OneSlowCommitCountsByHalfAndIsForgottenWithinADozen) {
  CommitPace pace(kPauseMinUs);
  for (int i = 0; i < 100; ++i) pace.on_commit(1'000);
  pace.on_commit(9'000);
  EXPECT_NEAR(static_cast<double>(pace.pause_us()), 100'000, 1'000);
  for (int i = 0; i < 12; ++i) pace.on_commit(1'000);
  EXPECT_LE(pace.pause_us(), 2 * kPauseMinUs);
}

TEST(CommitPace, APauseThatIsConfiguredLongerHolds) {
  CommitPace pace(1'000'000);
  pace.on_commit(10'000'000);
  EXPECT_EQ(pace.pause_us(), 1'000'000);
}

}  // namespace
}  // namespace footfall::core
