// The follower's decisions alone, fed by hand (PROTOCOL.md 15, 16).
#include "edge/directory/follow_policy.h"

#include <gtest/gtest.h>

namespace footfall::edge {
namespace {

using Ours = std::optional<DirectoryPosition>;

DirectoryHead head(std::uint64_t epoch, std::uint64_t version, std::uint64_t chunks = 1) {
  return {.position = {epoch, version}, .snapshot_version = version, .snapshot_chunks = chunks, .checked = {}};
}

TEST(FollowPolicy, AHeadIsSoundOnlyWhenWhole) {
  std::vector<std::pair<std::string, std::string>> fields{
      {"epoch", "3"}, {"version", "9"}, {"snapshot_version", "7"}, {"snapshot_chunks", "2"}, {"checked_us", "5"}};
  const auto sound = parse_head(fields);
  ASSERT_TRUE(sound);
  EXPECT_EQ(sound->position, (DirectoryPosition{3, 9}));
  EXPECT_EQ(sound->snapshot_version, 7u);
  EXPECT_EQ(sound->snapshot_chunks, 2u);
  EXPECT_EQ(sound->checked, "5");
  for (std::size_t i = 0; i < 4; ++i) {
    auto lacking = fields;
    lacking.erase(lacking.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(parse_head(lacking)) << fields[i].first;
    auto damaged = fields;
    damaged[i].second = "7x";
    EXPECT_FALSE(parse_head(damaged)) << fields[i].first;
  }
  fields[0].second = "0";
  EXPECT_FALSE(parse_head(fields)) << "epochs begin at 1";
  EXPECT_FALSE(parse_head({}));
}

TEST(FollowPolicy, AnEmptyOrOlderRedisIsDistrusted) {
  EXPECT_EQ(judge_head(Ours({2, 10}), std::nullopt), HeadVerdict::distrust);
  EXPECT_EQ(judge_head(Ours({2, 10}), head(2, 9)), HeadVerdict::distrust);
  EXPECT_EQ(judge_head(Ours({2, 10}), head(1, 50)), HeadVerdict::distrust);
  EXPECT_EQ(judge_head(std::nullopt, std::nullopt), HeadVerdict::distrust);
}

TEST(FollowPolicy, ARedisThatKnowsMoreIsFollowed) {
  EXPECT_EQ(judge_head(Ours({2, 10}), head(2, 10)), HeadVerdict::current);
  EXPECT_EQ(judge_head(Ours({2, 10}), head(2, 11)), HeadVerdict::behind);
  EXPECT_EQ(judge_head(Ours({2, 10}), head(2, 11, 0)), HeadVerdict::behind) << "no snapshot is needed for that";
}

TEST(FollowPolicy, ANewEpochMeansReloadIfThereIsSomethingToLoad) {
  EXPECT_EQ(judge_head(Ours({2, 10}), head(3, 4)), HeadVerdict::reload);
  EXPECT_EQ(judge_head(Ours({2, 10}), head(3, 4, 0)), HeadVerdict::distrust);
  EXPECT_EQ(judge_head(std::nullopt, head(1, 4)), HeadVerdict::reload);
  DirectoryHead impossible = head(3, 4);
  impossible.snapshot_version = 5;
  EXPECT_EQ(judge_head(std::nullopt, impossible), HeadVerdict::distrust);
}

TEST(FollowPolicy, OnlyTheNextChangeIsApplied) {
  EXPECT_EQ(judge_change({2, 10}, 2, 11), ChangeVerdict::apply);
  EXPECT_EQ(judge_change({2, 10}, 2, 10), ChangeVerdict::skip);
  EXPECT_EQ(judge_change({2, 10}, 1, 11), ChangeVerdict::skip);
  EXPECT_EQ(judge_change({2, 10}, 2, 12), ChangeVerdict::gap);
  EXPECT_EQ(judge_change({2, 10}, 3, 11), ChangeVerdict::new_epoch);
}

TEST(FollowPolicy, CoreIsBelievedWhateverItSays) {
  EXPECT_EQ(judge_page(Ours({2, 10}), {2, 10}, true), PageVerdict::current);
  EXPECT_EQ(judge_page(Ours({2, 10}), {2, 12}, true), PageVerdict::changes);
  EXPECT_EQ(judge_page(Ours({2, 10}), {2, 12}, false), PageVerdict::reload);
  EXPECT_EQ(judge_page(Ours({2, 10}), {2, 9}, true), PageVerdict::reload) << "a database restored from a backup";
  EXPECT_EQ(judge_page(Ours({2, 10}), {1, 10}, true), PageVerdict::reload);
  EXPECT_EQ(judge_page(std::nullopt, {1, 10}, true), PageVerdict::reload);
  EXPECT_EQ(judge_page(Ours({2, 10}), {0, 0}, true), PageVerdict::distrust) << "not core's answer";
}

TEST(FollowPolicy, AFullLoadIsServedOnlyWholeAndNotOlder) {
  EXPECT_TRUE(may_serve(std::nullopt, {1, 5}, {1, 5}, true));
  EXPECT_FALSE(may_serve(std::nullopt, {1, 5}, {1, 5}, false)) << "without secrets it is not the whole";
  EXPECT_FALSE(may_serve(std::nullopt, {1, 4}, {1, 5}, true)) << "less than was promised";
  EXPECT_FALSE(may_serve(Ours({1, 6}), {1, 5}, {1, 5}, true)) << "back within an epoch";
  EXPECT_TRUE(may_serve(Ours({2, 6}), {1, 5}, {1, 5}, true)) << "another epoch is another count";
}

TEST(FollowPolicy, OnlyNewerChangesAreServedEarly) {
  EXPECT_TRUE(may_serve_early(Ours({1, 5}), {1, 6}));
  EXPECT_TRUE(may_serve_early(Ours({1, 5}), {2, 6})) << "versions go on across epochs";
  EXPECT_FALSE(may_serve_early(Ours({1, 5}), {1, 5}));
  EXPECT_FALSE(may_serve_early(Ours({2, 5}), {1, 6}));
  EXPECT_FALSE(may_serve_early(std::nullopt, {1, 6}));
}

TEST(Freshness, IsKnownWhenWhatWasHeardIsReached) {
  Freshness freshness(100);
  freshness.heard({1, 10}, {}, 200);
  freshness.reached({1, 9});
  EXPECT_EQ(freshness.known_us(), 100);
  freshness.reached({1, 10});
  EXPECT_EQ(freshness.known_us(), 200) << "up to date as of the hearing, not of the applying";
  freshness.reached({2, 10});
  EXPECT_EQ(freshness.known_us(), 200);
}

TEST(Freshness, APublisherThatStandsStillSaysNothingNew) {
  Freshness freshness(0);
  freshness.heard({1, 10}, "a", 100);
  freshness.reached({1, 10});
  freshness.heard({1, 10}, "a", 5'000);
  freshness.reached({1, 10});
  EXPECT_EQ(freshness.known_us(), 100);
  freshness.heard({1, 10}, "b", 6'000);
  freshness.reached({1, 10});
  EXPECT_EQ(freshness.known_us(), 6'000);
}

TEST(SaveIsDue, OncePerIntervalAndATenthOfTheTime) {
  EXPECT_FALSE(save_is_due(false, 1'000, 0, 100));
  EXPECT_TRUE(save_is_due(true, 100, 5, 100));
  EXPECT_FALSE(save_is_due(true, 99, 5, 100));
  EXPECT_FALSE(save_is_due(true, 100, 50, 100)) << "a slow disk gets longer pauses";
  EXPECT_TRUE(save_is_due(true, 500, 50, 100));
}

}  // namespace
}  // namespace footfall::edge
