// Following a sound Redis: changes, gaps, epochs (PROTOCOL.md 15, the edge's side).
#include <gtest/gtest.h>

#include "proto/wire/streams.h"
#include "tests/edge/directory/follower_fixture.h"

namespace footfall::edge::testing {
namespace {

TEST_F(FollowerTest, LoadsTheSnapshotAndSeesAChangeAtOnce) {
  start();
  EXPECT_EQ(edge.target("ONE"), "first");
  EXPECT_EQ(edge.reloads("first"), 1u);
  std::int64_t worst_us = 0;
  for (std::uint64_t version = 2; version < 12; ++version) {
    const std::int64_t from_us = system_clock().steady_us();
    publisher.change(link_message(1, version, "one", "edited" + std::to_string(version)));
    ASSERT_TRUE(eventually([&] { return edge.target("one") == "edited" + std::to_string(version); }, 1'000));
    worst_us = std::max(worst_us, system_clock().steady_us() - from_us);
  }
  RecordProperty("worst_us", static_cast<int>(worst_us));
  publisher.change(deleted_link_message(2, 2));
  publisher.change(key_message(1, 2, key, true));
  EXPECT_TRUE(eventually([&] { return edge.target("two") == "none" && !edge.has_key(key); }, 1'000));
  EXPECT_EQ(edge.follower->version(), publisher.books.version());
  EXPECT_EQ(edge.count("footfall_directory_changes_applied_total"), 12u);
  EXPECT_EQ(edge.count("footfall_directory_links"), 1u);
  EXPECT_EQ(edge.reloads("gap"), 0u);
  EXPECT_EQ(core.requests(), 0) << "core is asked only when Redis cannot be used";
}

TEST_F(FollowerTest, AThousandChangesASecondKeepUp) {
  start();
  for (std::uint64_t i = 0; i < 3'000; ++i)
    publisher.change(link_message(100 + i % 50, 1 + i, "c" + std::to_string(i % 50)));
  publisher.change(link_message(1, 2, "one", "last"));
  EXPECT_TRUE(eventually([&] { return edge.target("one") == "last"; }, 1'000));
  EXPECT_EQ(edge.reloads("gap"), 0u);
}

TEST_F(FollowerTest, AMissingChangeMeansReload) {
  start();
  publisher.change_in_books_only(link_message(1, 2, "one", "lost"));  // its entry never arrives
  publisher.write_snapshot();
  publisher.change(link_message(2, 2, "two", "after"));
  EXPECT_TRUE(eventually([&] { return edge.target("two") == "after" && edge.target("one") == "lost"; }));
  EXPECT_EQ(edge.reloads("gap"), 1u);
}

TEST_F(FollowerTest, AHeadBeyondAnEmptyStreamIsAGap) {
  start();
  publisher.change_in_books_only(link_message(1, 2, "one", "lost"));
  publisher.run({"DEL", wire::kDirectoryChangesKey});
  publisher.write_snapshot();
  EXPECT_TRUE(eventually([&] { return edge.target("one") == "lost"; }));
  EXPECT_EQ(edge.reloads("gap"), 1u);
}

TEST_F(FollowerTest, ADamagedChangeIsNotSteppedOver) {
  start();
  core.serve(publisher.books);
  schema::DirectoryChange change = publisher.books.change(link_message(1, 2, "one", "edited"));
  const std::string id = wire::EntryId{1, change.version()}.text();
  publisher.run({"XADD", wire::kDirectoryChangesKey, id, wire::kChangeField, "\xFF garbage"});
  publisher.set_head(1, change.version());
  core.serve(publisher.books);
  EXPECT_TRUE(eventually([&] { return edge.target("one") == "edited"; })) << "core has it sound";
}

TEST_F(FollowerTest, ANewEpochMeansReloadAndWhatIsNotInItGoes) {
  start();
  publisher.change_in_books_only(deleted_link_message(2, 2));
  publisher.change_in_books_only(link_message(1, 2, "one", "edited"));
  publisher.republish_under_new_epoch();
  EXPECT_TRUE(eventually([&] { return edge.target("two") == "none" && edge.target("one") == "edited"; }));
  EXPECT_TRUE(eventually([&] { return edge.follower->epoch() == 2u; }));  // said after the content is there
  EXPECT_EQ(edge.reloads("epoch"), 1u);
  publisher.change(link_message(1, 3, "one", "later"));
  EXPECT_TRUE(eventually([&] { return edge.target("one") == "later"; }, 1'000));
}

TEST_F(FollowerTest, AnEntryOfANewEpochIsFollowedOnlyOnceTheHeadKnowsIt) {
  start();
  schema::DirectoryChange change = publisher.books.change(link_message(1, 2, "one", "edited"));
  publisher.add_to_stream(2, change);
  expect_kept();
  publisher.books.new_epoch();
  publisher.write_snapshot();
  EXPECT_TRUE(eventually([&] { return edge.target("one") == "edited" && edge.follower->epoch() == 2; }));
}

}  // namespace
}  // namespace footfall::edge::testing
