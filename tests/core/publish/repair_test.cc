// Whether Redis is right, as a table (PROTOCOL.md 16).
#include "core/publish/repair.h"

#include <gtest/gtest.h>

#include "core/publish/entity_walk.h"

namespace footfall::core {
namespace {

using Kind = Repair::Kind;

DirectoryInRedis sound() {
  DirectoryInRedis redis;
  redis.has_head = true;
  redis.epoch = 3;
  redis.version = 20;
  redis.snapshot_version = 10;
  redis.snapshot_chunks = redis.chunks_present = 2;
  redis.entries = 15;
  redis.first = {3, 6};
  redis.top = {3, 20};
  return redis;
}
constexpr DirectoryState kDatabase{3, 20};

TEST(Repair, LeavesWhatIsRight) {
  EXPECT_EQ(plan_repair(kDatabase, sound()).kind, Kind::none);
  auto quiet = sound();
  quiet.entries = 0;
  quiet.version = 10;
  EXPECT_EQ(plan_repair({3, 10}, quiet).kind, Kind::none);
}

TEST(Repair, PushesWhatIsMissingAtTheEnd) {
  const auto behind = plan_repair({3, 25}, sound());
  EXPECT_EQ(behind.kind, Kind::push);
  EXPECT_EQ(behind.from, 20u);
  auto torn = sound();  // entries went in, the head was not told
  torn.version = 18;
  EXPECT_EQ(plan_repair(kDatabase, torn).kind, Kind::push);
  EXPECT_EQ(plan_repair(kDatabase, torn).from, 20u);
}

TEST(Repair, RepublishesEverythingElse) {
  const auto broken = [](auto change) {
    auto redis = sound();
    change(redis);
    return plan_repair(kDatabase, redis);
  };
  EXPECT_EQ(plan_repair(kDatabase, {}).kind, Kind::republish);
  EXPECT_EQ(plan_repair(kDatabase, {}).epoch, 4u);
  EXPECT_EQ(broken([](auto& r) { r.chunks_present = 1; }).kind, Kind::republish);
  EXPECT_EQ(broken([](auto& r) { r.snapshot_chunks = r.chunks_present = 0; }).kind, Kind::republish);
  EXPECT_EQ(broken([](auto& r) { r.entries = 14; }).kind, Kind::republish) << "a hole";
  EXPECT_EQ(broken([](auto& r) { r.first = {3, 12}, r.entries = 9; }).kind, Kind::republish) << "does not join";
  EXPECT_EQ(broken([](auto& r) { r.first.major = 2; }).kind, Kind::republish) << "of another epoch";
  EXPECT_EQ(broken([](auto& r) { r.version = 21; }).kind, Kind::republish) << "promises what is not there";
  EXPECT_EQ(plan_repair({3, 19}, sound()).kind, Kind::republish) << "Redis knows more than the database";
}

TEST(Repair, NeverUsesAnEpochThatEdgesMayHaveSeen) {
  EXPECT_EQ(plan_repair({5, 20}, sound()).epoch, 6u) << "of an old dump, or after a rebuild was asked for";
  auto foreign = sound();
  foreign.epoch = 9;
  EXPECT_EQ(plan_repair(kDatabase, foreign).epoch, 10u);
  auto torn = sound();
  torn.epoch = 2;
  torn.top = {7, 1};
  EXPECT_EQ(plan_repair(kDatabase, torn).epoch, 8u);
}

TEST(WalkCursor, IsReadBack) {
  EXPECT_EQ(WalkCursor::parse("")->kind, WalkCursor::Kind::secrets);
  EXPECT_EQ(WalkCursor::parse("l1234")->after, 1234);
  EXPECT_EQ((WalkCursor{WalkCursor::Kind::links, 1234}).text(), "l1234");
  EXPECT_EQ((WalkCursor{WalkCursor::Kind::campaigns, -1}).text(), "c");
  EXPECT_EQ((WalkCursor{WalkCursor::Kind::end, -1}).text(), "");
  for (const char* bad : {"x1", "l-1", "l1x", "l99999999999999999999", "e"}) {
    EXPECT_FALSE(WalkCursor::parse(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace footfall::core
