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
  EXPECT_EQ(classify_head(Ours({2, 10}), std::nullopt), HeadAction::distrust);
  EXPECT_EQ(classify_head(Ours({2, 10}), head(2, 9)), HeadAction::distrust);
  EXPECT_EQ(classify_head(Ours({2, 10}), head(1, 50)), HeadAction::distrust);
  EXPECT_EQ(classify_head(std::nullopt, std::nullopt), HeadAction::distrust);
}

TEST(FollowPolicy, ARedisThatKnowsMoreIsFollowed) {
  EXPECT_EQ(classify_head(Ours({2, 10}), head(2, 10)), HeadAction::current);
  EXPECT_EQ(classify_head(Ours({2, 10}), head(2, 11)), HeadAction::behind);
  EXPECT_EQ(classify_head(Ours({2, 10}), head(2, 11, 0)), HeadAction::behind) << "no snapshot is needed for that";
}

TEST(FollowPolicy, ANewEpochMeansReloadIfThereIsSomethingToLoad) {
  EXPECT_EQ(classify_head(Ours({2, 10}), head(3, 4)), HeadAction::reload);
  EXPECT_EQ(classify_head(Ours({2, 10}), head(3, 4, 0)), HeadAction::distrust);
  EXPECT_EQ(classify_head(std::nullopt, head(1, 4)), HeadAction::reload);
  DirectoryHead impossible = head(3, 4);
  impossible.snapshot_version = 5;
  EXPECT_EQ(classify_head(std::nullopt, impossible), HeadAction::distrust);
}

TEST(FollowPolicy, OnlyTheNextChangeIsApplied) {
  EXPECT_EQ(classify_change({2, 10}, 2, 11), ChangeAction::apply);
  EXPECT_EQ(classify_change({2, 10}, 2, 10), ChangeAction::skip);
  EXPECT_EQ(classify_change({2, 10}, 1, 11), ChangeAction::skip);
  EXPECT_EQ(classify_change({2, 10}, 2, 12), ChangeAction::gap);
  EXPECT_EQ(classify_change({2, 10}, 3, 11), ChangeAction::new_epoch);
}

TEST(FollowPolicy, CoreIsBelievedWhateverItSays) {
  EXPECT_EQ(classify_page(Ours({2, 10}), {2, 10}, true), PageAction::current);
  EXPECT_EQ(classify_page(Ours({2, 10}), {2, 12}, true), PageAction::changes);
  EXPECT_EQ(classify_page(Ours({2, 10}), {2, 12}, false), PageAction::reload);
  EXPECT_EQ(classify_page(Ours({2, 10}), {2, 9}, true), PageAction::reload) << "a database restored from a backup";
  EXPECT_EQ(classify_page(Ours({2, 10}), {1, 10}, true), PageAction::reload);
  EXPECT_EQ(classify_page(std::nullopt, {1, 10}, true), PageAction::reload);
  EXPECT_EQ(classify_page(Ours({2, 10}), {0, 0}, true), PageAction::distrust) << "not core's answer";
}

TEST(FollowPolicy, AFullLoadIsServedOnlyWholeAndNotOlder) {
  EXPECT_TRUE(may_serve(std::nullopt, {1, 5}, {1, 5}, true));
  EXPECT_FALSE(may_serve(std::nullopt, {1, 5}, {1, 5}, false)) << "without secrets it is not the whole";
  EXPECT_FALSE(may_serve(std::nullopt, {1, 4}, {1, 5}, true)) << "less than was promised";
  EXPECT_FALSE(may_serve(Ours({1, 6}), {1, 5}, {1, 5}, true)) << "back within an epoch";
  EXPECT_TRUE(may_serve(Ours({2, 6}), {1, 5}, {1, 5}, true)) << "another epoch is another count";
}

TEST(FollowPolicy, OnlyNewerChangesAreServedEarly) {
  EXPECT_TRUE(may_apply_while_loading(Ours({1, 5}), {1, 6}));
  EXPECT_TRUE(may_apply_while_loading(Ours({1, 5}), {2, 6})) << "versions go on across epochs";
  EXPECT_FALSE(may_apply_while_loading(Ours({1, 5}), {1, 5}));
  EXPECT_FALSE(may_apply_while_loading(Ours({2, 5}), {1, 6}));
  EXPECT_FALSE(may_apply_while_loading(std::nullopt, {1, 6}));
}

TEST(Freshness, IsKnownWhenWhatWasHeardIsReached) {
  Freshness freshness(100);
  freshness.source_reported({1, 10}, {}, 200);
  freshness.applied_up_to({1, 9});
  EXPECT_EQ(freshness.known_us(), 100);
  freshness.applied_up_to({1, 10});
  EXPECT_EQ(freshness.known_us(), 200) << "up to date as of the hearing, not of the applying";
  freshness.applied_up_to({2, 10});
  EXPECT_EQ(freshness.known_us(), 200);
}

TEST(Freshness, APublisherThatStandsStillSaysNothingNew) {
  Freshness freshness(0);
  freshness.source_reported({1, 10}, "a", 100);
  freshness.applied_up_to({1, 10});
  freshness.source_reported({1, 10}, "a", 5'000);
  freshness.applied_up_to({1, 10});
  EXPECT_EQ(freshness.known_us(), 100);
  freshness.source_reported({1, 10}, "b", 6'000);
  freshness.applied_up_to({1, 10});
  EXPECT_EQ(freshness.known_us(), 6'000);
}

TEST(SaveIsDue, OncePerIntervalAndATenthOfTheTime) {
  EXPECT_FALSE(is_save_due(false, 1'000, 0, 100));
  EXPECT_TRUE(is_save_due(true, 100, 5, 100));
  EXPECT_FALSE(is_save_due(true, 99, 5, 100));
  EXPECT_FALSE(is_save_due(true, 100, 50, 100)) << "a slow disk gets longer pauses";
  EXPECT_TRUE(is_save_due(true, 500, 50, 100));
}

TEST(PublisherWatch, AMarkThatStandsStillIsNoticed) {
  PublisherWatch watch;
  EXPECT_FALSE(watch.is_silent(10'000'000)) << "nobody has written a mark";
  watch.on_head("1", 10'000'000);
  EXPECT_FALSE(watch.is_silent(10'499'999));
  watch.on_head("1", 10'400'000);
  EXPECT_TRUE(watch.is_silent(10'500'000));
  watch.on_head("2", 10'600'000);
  EXPECT_FALSE(watch.is_silent(10'700'000));
}

}  // namespace
}  // namespace footfall::edge
