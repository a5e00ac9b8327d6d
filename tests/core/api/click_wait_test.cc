// PROTOCOL.md 12: a conversion waits on numbers, never on clocks. The decision alone, fed by hand.
#include <gtest/gtest.h>

#include "core/api/click_waiter.h"

namespace footfall::core {
namespace {

IncarnationView view(std::uint8_t name, std::uint64_t head, std::uint64_t tick, std::uint64_t position) {
  IncarnationView result;
  result.incarnation.bytes[0] = name;
  result.edge_number = name;
  result.head = head;
  result.tick = tick;
  result.position = position;
  return result;
}

WaitProgress waiting(std::optional<std::uint32_t> edge = std::nullopt) {
  WaitProgress progress;
  progress.tick = 10;
  progress.edge_number = edge;
  return progress;
}

TEST(ClickWait, AHeadSampledBeforeTheConversionProvesNothing) {
  WaitProgress progress = waiting();
  const IncarnationView stale[] = {view(1, 100, 9, 100)};
  EXPECT_EQ(judge_wait(progress, stale), ClickWait::not_asked);
  const IncarnationView fresh[] = {view(1, 100, 10, 100)};
  EXPECT_EQ(judge_wait(progress, fresh), ClickWait::settled);
}

TEST(ClickWait, WaitsUntilTheSampledHeadIsStored) {
  WaitProgress progress = waiting();
  const IncarnationView behind[] = {view(1, 100, 10, 99)};
  EXPECT_EQ(judge_wait(progress, behind), ClickWait::not_asked);
  // The head moves on; what counts is the one that was sampled first.
  const IncarnationView later[] = {view(1, 5000, 11, 100)};
  EXPECT_EQ(judge_wait(progress, later), ClickWait::settled);
}

TEST(ClickWait, AnIdThatNamesItsEdgeWaitsForThatEdgeAlone) {
  const IncarnationView two[] = {view(1, 100, 10, 100), view(2, 100, 3, 0)};
  WaitProgress named = waiting(1);
  EXPECT_EQ(judge_wait(named, two), ClickWait::settled);
  WaitProgress client_minted = waiting();
  EXPECT_EQ(judge_wait(client_minted, two), ClickWait::not_asked);
}

TEST(ClickWait, AnEdgeNeverHeardOfIsWaitedFor) {
  WaitProgress progress = waiting(3);
  const IncarnationView other[] = {view(1, 100, 10, 100)};
  EXPECT_EQ(judge_wait(progress, other), ClickWait::not_asked);
}

TEST(ClickWait, AnEndedAndStoredIncarnationHoldsNothingMore) {
  WaitProgress progress = waiting(1);
  IncarnationView ended = view(1, 100, 0, 100);
  ended.ended = true;
  const IncarnationView all[] = {ended};
  EXPECT_EQ(judge_wait(progress, all), ClickWait::settled);
  ended.position = 99;
  WaitProgress again = waiting(1);
  const IncarnationView missing_one[] = {ended};
  EXPECT_EQ(judge_wait(again, missing_one), ClickWait::not_asked);
}

TEST(ClickWait, ARetiredEdgeEndsTheWaitButNotTheHope) {
  IncarnationView retired = view(1, 100, 0, 50);
  retired.excused = true;
  WaitProgress progress = waiting(1);
  const IncarnationView all[] = {retired};
  EXPECT_EQ(judge_wait(progress, all), ClickWait::unheard);
  const IncarnationView with_another[] = {retired, view(2, 10, 3, 0)};
  WaitProgress client_minted = waiting();
  EXPECT_EQ(judge_wait(client_minted, with_another), ClickWait::not_asked);
}

}  // namespace
}  // namespace footfall::core
