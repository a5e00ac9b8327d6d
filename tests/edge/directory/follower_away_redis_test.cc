// Redis empty, partial, old or away, core away, the snapshot on disk (PROTOCOL.md 15 and 16, the edge's side).
#include <gtest/gtest.h>

#include <fstream>

#include "proto/wire/streams.h"
#include "tests/edge/directory/follower_fixture.h"

namespace footfall::edge::testing {
namespace {

TEST_F(FollowerTest, AnEmptyRedisDeletesNothing) {
  start();
  redis.flush();
  expect_kept();
  EXPECT_EQ(edge.count("footfall_directory_redis_usable"), 0u);
  publisher.republish_under_new_epoch();
  EXPECT_TRUE(eventually([&] { return edge.follower->epoch() == 2; }));
  EXPECT_EQ(edge.target("one"), "first");
  EXPECT_TRUE(eventually([&] { return edge.count("footfall_directory_redis_usable") == 1u; }));
}

TEST_F(FollowerTest, APartialSnapshotDeletesNothing) {
  start();
  publisher.books.new_epoch();
  publisher.write_snapshot(1);
  redis.command("DEL " + wire::directory_snapshot_key(2, publisher.books.version(), 2));
  publisher.run({"HSET", wire::kDirectoryHeadKey, "epoch", "3"});  // and an epoch of which no chunk is there
  expect_kept();
  EXPECT_GE(edge.count("footfall_directory_reload_failures_total"), 1u);
  publisher.books.restore_backup(3, publisher.books.version());
  publisher.write_snapshot(1);
  EXPECT_TRUE(eventually([&] { return edge.follower->epoch() == 3; }, 10'000));
}

TEST_F(FollowerTest, ASnapshotWithAMissingChunkIsNotServed) {
  publisher.write_snapshot(1);
  redis.command("DEL " + wire::directory_snapshot_key(1, publisher.books.version(), 2));
  edge.start();
  ASSERT_TRUE(eventually([&] { return edge.count("footfall_directory_reload_failures_total") > 0; }));
  EXPECT_FALSE(edge.store.loaded());
  publisher.write_snapshot(1);
  EXPECT_TRUE(eventually([&] { return edge.store.loaded(); }));
}

TEST_F(FollowerTest, AnOldDumpIsDistrusted) {
  start();
  core.serve(publisher.books);
  publisher.change(link_message(1, 2, "one", "edited"));
  ASSERT_TRUE(eventually([&] { return edge.target("one") == "edited"; }));
  core.serve(publisher.books);
  publisher.set_head(1, publisher.books.version() - 1);
  ASSERT_TRUE(eventually([&] { return core.requests() > 0; }));
  publisher.change_in_books_only(link_message(1, 3, "one", "by core"));
  core.serve(publisher.books);
  EXPECT_TRUE(eventually([&] { return edge.target("one") == "by core"; }, 1'000));
  publisher.run({"HSET", wire::kDirectoryHeadKey, "epoch", "1", "version", "3"});
  wait_for_requests(3);
  EXPECT_EQ(edge.target("one"), "by core");
  publisher.books.new_epoch();
  publisher.write_snapshot();
  EXPECT_TRUE(eventually([&] { return edge.follower->epoch() == 2; }));
}

TEST_F(FollowerTest, ARedisThatRefusesWritesIsNotWaitedForAndAChangeIsSeenWithinASecond) {
  start();
  publisher.beat();
  core.serve(publisher.books);
  const std::int64_t until_us = system_clock().steady_us() + 700'000;
  while (system_clock().steady_us() < until_us) {
    publisher.beat();
    ASSERT_TRUE(eventually([&] { return edge.count("footfall_directory_redis_usable") == 1u; }));
  }
  EXPECT_EQ(core.requests(), 0) << "a publisher that writes is followed in Redis alone";
  for (std::uint64_t version = 2; version < 5; ++version) {  // from here on nothing reaches Redis
    publisher.change_in_books_only(link_message(1, version, "one", "edited" + std::to_string(version)));
    publisher.change_in_books_only(key_message(1, version, key, true));
    core.serve(publisher.books);
    EXPECT_TRUE(eventually(
        [&] { return edge.target("one") == "edited" + std::to_string(version) && !edge.has_key(key); }, 1'000));
  }
  EXPECT_EQ(edge.reloads("gap") + edge.reloads("epoch"), 0u);
  EXPECT_EQ(edge.target("two"), "second");
}

TEST_F(FollowerTest, WithRedisAwayCoreIsPolledAndAChangeIsSeenWithinASecond) {
  start();
  core.serve(publisher.books);
  redis.kill9();
  ASSERT_TRUE(eventually([&] { return core.requests() > 0; }));
  for (std::uint64_t version = 2; version < 7; ++version) {
    publisher.change_in_books_only(link_message(1, version, "one", "edited" + std::to_string(version)));
    publisher.change_in_books_only(key_message(1, version, key, true));
    core.serve(publisher.books);
    EXPECT_TRUE(eventually(
        [&] { return edge.target("one") == "edited" + std::to_string(version) && !edge.has_key(key); }, 1'000));
  }
  EXPECT_EQ(edge.reloads("gap") + edge.reloads("epoch"), 0u) << "core gave the changes alone";
  redis.start();  // empty
  wait_for_requests(5);
  EXPECT_EQ(edge.target("two"), "second");
  publisher.republish_under_new_epoch();
  EXPECT_TRUE(eventually([&] { return edge.follower->epoch() == 2 && edge.target("one") == "edited6"; }));
}

TEST_F(FollowerTest, ARedisThatHangsIsLikeOneThatIsAway) {
  start();
  core.serve(publisher.books);
  redis.pause();
  ASSERT_TRUE(eventually([&] { return core.requests() > 0; }));
  publisher.books.change(link_message(1, 2, "one", "edited"));
  core.serve(publisher.books);
  EXPECT_TRUE(eventually([&] { return edge.target("one") == "edited"; }, 1'000));
  redis.resume();
}

TEST_F(FollowerTest, WithoutChangesToContinueFromCoreGivesTheWhole) {
  start();
  for (std::uint64_t id = 10; id < 20; ++id)
    publisher.change_in_books_only(link_message(id, 1, "c" + std::to_string(id)));
  publisher.change_in_books_only(deleted_link_message(2, 2));
  publisher.books.forget_log();
  redis.kill9();
  core.serve(publisher.books);
  EXPECT_TRUE(eventually([&] { return edge.target("two") == "none" && edge.target("c19") != "none"; }));
  EXPECT_EQ(edge.reloads("gap"), 1u);
  EXPECT_EQ(edge.target("one"), "first");
}

TEST_F(FollowerTest, ADatabaseRestoredFromABackupIsBelieved) {
  start();
  publisher.change(link_message(1, 7, "one", "undone"));
  ASSERT_TRUE(eventually([&] { return edge.target("one") == "undone"; }));
  redis.kill9();
  publisher.books.change(link_message(1, 1, "one", "first"));
  publisher.books.restore_backup(1, 3);
  core.serve(publisher.books);
  EXPECT_TRUE(eventually([&] { return edge.target("one") == "first"; })) << "although its version is lower";
}

TEST_F(FollowerTest, StartsFromCoreWhenRedisIsAway) {
  redis.kill9();
  core.serve(publisher.books);
  start();
  EXPECT_EQ(edge.target("two"), "second");
  EXPECT_TRUE(edge.has_key(key));
}

TEST_F(FollowerTest, ADirectoryWithoutSecretsIsNotTheWhole) {
  redis.flush();
  testing::Books bare;
  bare.change(link_message(1, 1, "one", "first"));
  core.serve(bare);
  edge.start();
  ASSERT_TRUE(eventually([&] { return core.requests() > 2; }));
  EXPECT_FALSE(edge.store.loaded());
  bare.change(secrets_message());
  core.serve(bare);
  EXPECT_TRUE(eventually([&] { return edge.store.loaded(); }));
}

TEST_F(FollowerTest, StalenessGrowsWhileNobodySaysWeAreUpToDate) {
  publisher.beat();
  start();
  ASSERT_TRUE(eventually([&] {
    publisher.beat();
    return edge.follower->staleness_s() < 0.3;
  }));
  EXPECT_TRUE(eventually([&] { return edge.follower->staleness_s() > 0.5; }))
      << "the publisher stands still, though Redis answers";
  EXPECT_TRUE(eventually([&] {
    publisher.beat();
    return edge.follower->staleness_s() < 0.3;
  }));
  redis.kill9();
  EXPECT_TRUE(eventually([&] { return edge.follower->staleness_s() > 0.6; }));
  core.serve(publisher.books);
  EXPECT_TRUE(eventually([&] { return edge.follower->staleness_s() < 0.5; })) << "core says so";
  EXPECT_NE(edge.metrics.expose().find("footfall_directory_staleness_seconds "), std::string::npos);
}

TEST_F(FollowerTest, StartsFromItsSnapshotWithRedisAndCoreAway) {
  support::TempDir folder;
  const std::string path = (folder.path() / "directory").string();
  {
    Edge before(redis.port(), core.port(), path);
    before.start();
    ASSERT_TRUE(eventually([&] { return before.count("footfall_directory_snapshots_saved_total") == 1; }));
    publisher.change(link_message(1, 2, "one", "edited"));
    ASSERT_TRUE(eventually([&] { return before.target("one") == "edited"; }));
  }  // and once more at the end, for there was something new
  const std::int64_t saved_us = system_clock().steady_us();
  redis.kill9();
  Edge after(redis.port(), core.port(), path);
  ASSERT_TRUE(after.follower->load_snapshot());
  EXPECT_TRUE(after.store.loaded());
  EXPECT_EQ(after.target("one"), "edited");
  EXPECT_TRUE(after.has_key(key));
  EXPECT_EQ(after.follower->version(), publisher.books.version());
  const double since_saved_s = static_cast<double>(system_clock().steady_us() - saved_us) / 1e6;
  EXPECT_GE(after.follower->staleness_s(), since_saved_s) << "since the snapshot, not since the start";
  after.start();
  publisher.change_in_books_only(link_message(1, 3, "one", "caught up"));
  core.serve(publisher.books);
  EXPECT_TRUE(eventually([&] { return after.target("one") == "caught up"; }));
  EXPECT_EQ(after.reloads("first"), 0u);
}

TEST_F(FollowerTest, ADamagedSnapshotIsRefusedAndTheStartGoesOn) {
  support::TempDir folder;
  const std::string path = (folder.path() / "directory").string();
  std::ofstream(path) << "FFDIR garbage";
  Edge damaged(redis.port(), core.port(), path);
  EXPECT_FALSE(damaged.follower->load_snapshot());
  EXPECT_FALSE(damaged.store.loaded());
  EXPECT_EQ(damaged.count("footfall_directory_snapshot_load_failures_total"), 1u);
  damaged.start();
  EXPECT_TRUE(eventually([&] { return damaged.target("one") == "first"; }));
  EXPECT_TRUE(eventually([&] { return damaged.count("footfall_directory_snapshots_saved_total") == 1; }));
}

}  // namespace
}  // namespace footfall::edge::testing
