// PROTOCOL.md 15 and 16, core's side, against Redis and PostgreSQL.
#include <gtest/gtest.h>

#include <map>

#include "core/storage/streams.h"
#include "tests/core/publish/publish_rig.h"
#include "tests/support/wait_until.h"

namespace footfall::core::testing {
namespace {

TEST(Publisher, AnEmptyDatabaseHasAWholeDirectory) {
  PublishRig rig;
  rig.run_rounds();
  EXPECT_EQ(rig.head().snapshot_chunks, 1u);
  const auto entities = rig.snapshot();
  ASSERT_EQ(entities.size(), 1u);
  EXPECT_EQ(entities[0].secrets().tag_key().size(), 16u);
  EXPECT_EQ(entities[0].secrets().draw_key().size(), 16u);
  EXPECT_EQ(rig.head().version, rig.database_version());
}

TEST(Publisher, SaysWhatEdgesNeed) {
  PublishRig rig;
  rig.run_rounds();
  rig.add_account();
  rig.run_rounds(1);
  std::map<std::string, schema::Entity> found;
  for (const auto& change : rig.changes()) {
    const auto& entity = change.entity();
    found[entity.has_link() ? "link" : entity.has_campaign() ? "campaign" : "key"] = entity;
    EXPECT_GT(change.committed_us(), 0u);
  }
  ASSERT_EQ(found.size(), 3u);
  const auto& link = found["link"].link();
  EXPECT_EQ(link.host() + "/" + link.code(), "c.localhost/alice");
  EXPECT_EQ(link.campaign(), 1u);
  EXPECT_EQ(link.affiliate(), 1u);
  EXPECT_EQ(link.target(), "");
  const auto& campaign = found["campaign"].campaign();
  EXPECT_EQ(campaign.target(), "https://shop.example/");
  EXPECT_EQ(campaign.account(), 1u);
  EXPECT_EQ(campaign.dialect(), 2u);
  EXPECT_EQ(campaign.status(), 0u);
  const auto& key = found["key"].key();
  EXPECT_EQ(key.hash(), "\x01\x02");
  EXPECT_EQ(key.clicks_per_minute(), 1000u);
  EXPECT_EQ(key.link_host(), "c.localhost");
}

TEST(Publisher, rule_15_VersionsAreConsecutiveWhateverTheOrderOfCommits) {
  PublishRig rig;
  rig.add_account();
  rig.run_rounds();
  const auto start = rig.head().version;
  // The first to take an id from the outbox is the last to commit.
  Database slow(rig.url);
  ASSERT_TRUE(slow.execute("begin; update links set target_url = 'https://slow.example/' where id = 1").has_value());
  rig.run("update campaigns set name = 'renamed'");
  rig.run_rounds(1);
  EXPECT_EQ(rig.head().version, start + 1);
  ASSERT_TRUE(slow.execute("commit").has_value());
  rig.run_rounds(1);
  EXPECT_EQ(rig.head().version, start + 2);
  const auto changes = rig.changes();
  ASSERT_GE(changes.size(), 2u);
  EXPECT_EQ(changes.back().version(), start + 2);
  EXPECT_EQ(changes.back().entity().link().target(), "https://slow.example/");
  EXPECT_EQ(rig.database.query("select count(*) from directory_outbox")->integer(0, 0), 0);
}

TEST(Publisher, rule_15_RereadsTheCurrentStateAndRaisesEntityVersions) {
  PublishRig rig;
  rig.add_account();
  rig.run_rounds();
  const auto before = rig.head().version;
  rig.run("update links set target_url = 'https://one.example/'; update links set target_url = 'https://two.example/'");
  rig.run_rounds(1);
  EXPECT_EQ(rig.head().version, before + 1) << "two notes of one entity are one change";
  const auto first = rig.changes().back().entity().link();
  EXPECT_EQ(first.target(), "https://two.example/");
  rig.run("update links set status = 'deleted'");
  rig.run_rounds(1);
  const auto gone = rig.changes().back().entity().link();
  EXPECT_TRUE(gone.deleted()) << "a deletion leaves a tombstone";
  EXPECT_GT(gone.version(), first.version());
}

TEST(Publisher, WhatALinkCreditsFollowsEnrolmentAffiliateAndAccount) {
  PublishRig rig;
  rig.add_account();
  rig.run_rounds();
  const auto last_link = [&rig] {
    rig.run_rounds(1);
    schema::Link link;
    for (const auto& change : rig.changes()) {
      if (change.entity().has_link()) link = change.entity().link();
    }
    return link;
  };
  rig.run("update enrolments set status = 'suspended'");
  EXPECT_EQ(last_link().affiliate(), 0u);
  rig.run("update enrolments set status = 'active'");
  EXPECT_EQ(last_link().affiliate(), 1u);
  rig.run("update affiliates set status = 'suspended'");
  EXPECT_EQ(last_link().affiliate(), 0u);
  rig.run("update accounts set status = 'suspended'");
  rig.run_rounds(1);
  schema::Campaign campaign;
  schema::PublicKey key;
  for (const auto& change : rig.changes()) {
    if (change.entity().has_campaign()) campaign = change.entity().campaign();
    if (change.entity().has_key()) key = change.entity().key();
  }
  EXPECT_EQ(campaign.status(), 2u);
  EXPECT_TRUE(key.deleted());
  rig.run("update accounts set status = 'active'; update api_keys set revoked_at = now()");
  rig.run_rounds(1);
  EXPECT_TRUE(rig.changes().back().entity().key().deleted());
}

TEST(Publisher, rule_16_RepublishesAfterAFlush) {
  PublishRig rig;
  rig.add_account();
  rig.run_rounds();
  const auto before = rig.head();
  rig.run("update links set target_url = 'https://new.example/'");
  rig.run_rounds(1);
  shared_redis().flush();
  rig.run_rounds(2);
  const auto after = rig.head();
  EXPECT_GT(after.epoch, before.epoch);
  EXPECT_EQ(after.version, before.version + 1) << "versions go on across epochs";
  EXPECT_EQ(after.snapshot_version, after.version);
  EXPECT_EQ(rig.snapshot().size(), 4u);
  EXPECT_TRUE(rig.changes().empty());
  rig.run("update links set target_url = 'https://newer.example/'");
  rig.run_rounds(1);
  EXPECT_EQ(rig.changes().size(), 1u);
}

TEST(Publisher, rule_16_RepublishesWhatIsPartial) {
  PublishRig rig;
  rig.add_account();
  rig.run_rounds();
  auto epoch = rig.head().epoch;
  const auto expect_new_epoch = [&](const char* what) {
    rig.run_rounds(2);
    EXPECT_GT(rig.head().epoch, epoch) << what;
    EXPECT_EQ(rig.snapshot().size(), 4u) << what;
    epoch = rig.head().epoch;
  };
  const auto chunk = wire::directory_snapshot_key(epoch, rig.head().snapshot_version, 0);
  rig.redis->command({"DEL", chunk});
  expect_new_epoch("a chunk is gone");
  rig.redis->command({"HDEL", wire::kDirectoryHeadKey, "version"});
  expect_new_epoch("the head is incomplete");
  rig.run("update links set updated_at = now()");
  rig.run_rounds(1);
  rig.run("update links set updated_at = now()");
  rig.run_rounds(1);
  const auto first = wire::EntryId{epoch, rig.head().snapshot_version + 1}.text();
  rig.redis->command({"XDEL", wire::kDirectoryChangesKey, first});
  expect_new_epoch("a change is missing");
  rig.run_rounds(3);
  EXPECT_EQ(rig.head().epoch, epoch) << "and then there is peace";
}

TEST(Publisher, rule_16_RepublishesWhatIsOlderOrForeign) {
  PublishRig rig;
  rig.add_account();
  rig.run_rounds();
  // The database was restored from a backup: Redis knows more than it.
  const auto before = rig.head();
  rig.run("update directory_state set version = version - 1; delete from directory_log");
  rig.run_rounds(2);
  EXPECT_GT(rig.head().epoch, before.epoch);
  EXPECT_EQ(rig.head().version, before.version - 1);
  // Redis was restored from a dump of an earlier epoch.
  const auto later = rig.head();
  rig.redis->command({"HSET", wire::kDirectoryHeadKey, "epoch", "1"});
  rig.run_rounds(2);
  EXPECT_GT(rig.head().epoch, later.epoch);
  // And an epoch above ours is not taken for ours.
  rig.redis->command({"HSET", wire::kDirectoryHeadKey, "epoch", "1000"});
  rig.run_rounds(2);
  EXPECT_GT(rig.head().epoch, 1000u);
}

TEST(Publisher, rule_16_WhatRedisMissedWhileAwayIsPushedWithoutANewEpoch) {
  PublishRig rig;
  rig.add_account();
  rig.run_rounds();
  const auto before = rig.head();
  shared_redis().pause();
  rig.run("update links set target_url = 'https://one.example/'");
  rig.publisher->run_once();
  rig.run("update campaigns set name = 'two'");
  rig.clock.advance(3'000'000);
  rig.publisher->run_once();
  EXPECT_EQ(rig.database_version(), before.version + 2) << "versions do not wait for Redis";
  shared_redis().resume();
  rig.clock.advance(5'000'000);
  rig.run_rounds(3);
  EXPECT_EQ(rig.head().epoch, before.epoch);
  EXPECT_EQ(rig.head().version, before.version + 2);
  const auto changes = rig.changes();
  ASSERT_GE(changes.size(), 2u);
  EXPECT_EQ(changes.back().version(), before.version + 2);
}

TEST(Publisher, ARebuildIsANewEpoch) {
  PublishRig rig;
  rig.add_account();
  rig.run_rounds();
  const auto raised = raise_directory_epoch(rig.database);
  ASSERT_TRUE(raised.has_value());
  rig.run_rounds(2);
  EXPECT_GE(rig.head().epoch, *raised);
  EXPECT_EQ(rig.snapshot().size(), 4u);
}

TEST(Publisher, WritesANewSnapshotAfterManyChanges) {
  PublishRig rig;
  rig.snapshot_after = 10;
  rig.publisher = rig.make();
  rig.add_account();
  rig.run_rounds();
  const auto before = rig.head();
  for (int i = 0; i < 30; ++i) rig.add_link("code" + std::to_string(i));
  rig.run_rounds(3);
  const auto after = rig.head();
  EXPECT_EQ(after.epoch, before.epoch);
  EXPECT_EQ(after.snapshot_version, after.version);
  EXPECT_EQ(rig.snapshot().size(), 34u);
  EXPECT_LE(rig.changes().size(), 12u) << "older changes are trimmed, those that followers may still read stay";
  const auto old = wire::directory_snapshot_key(before.epoch, before.snapshot_version, 0);
  EXPECT_EQ(rig.redis->command({"EXISTS", old})->integer, 0);
  rig.run_rounds(2);
  EXPECT_EQ(rig.head().epoch, after.epoch);
}

TEST(Publisher, TellsThatItHasChecked) {
  PublishRig rig;
  rig.run_rounds();
  const auto first = rig.head().checked_us;
  rig.run_rounds();
  EXPECT_GT(rig.head().checked_us, first);
}

TEST(Publisher, OneAtATime) {
  PublishRig rig;
  rig.run_rounds();
  auto second = rig.make();
  rig.add_account();
  second->run_once();
  EXPECT_EQ(rig.database.query("select count(*) from directory_outbox where kind = 'link'")->integer(0, 0), 1)
      << "the second one waits";
  rig.publisher.reset();
  EXPECT_TRUE(eventually([&] {
    rig.clock.advance(2'000'000);
    second->run_once();
    return rig.database.query("select count(*) from directory_outbox")->integer(0, 0) == 0;
  }));
}

TEST(Publisher, AChangeIsInRedisWellUnderASecond) {
  PublishRig rig;
  rig.add_account();
  PublisherOptions options;
  options.postgres_url = rig.url;
  options.redis = redis_options();
  Publisher publisher(options, system_clock(), rig.metrics);
  rig.publisher.reset();
  Worker worker("publish", [&publisher](std::stop_token stop) { publisher.run(stop); });
  ASSERT_TRUE(support::wait_until([&] { return rig.head().version != 0; }));
  const auto before = rig.head().version;
  const auto start_us = system_clock().steady_us();
  rig.run("update links set target_url = 'https://fast.example/'");
  ASSERT_TRUE(support::wait_until([&] { return rig.head().version != before; }));
  EXPECT_LT(system_clock().steady_us() - start_us, 1'000'000);
}

// PostgreSQL notifies of a change when its transaction commits, and of nothing else.
TEST(Publisher, IsNotifiedOfAChange) {
  PublishRig rig;
  rig.add_account();
  Database listener(rig.url);
  constexpr std::int64_t kLong_us = 20'000'000;
  ASSERT_EQ(listener.wait_for_notification("directory_noted", kLong_us), true);
  rig.run("update links set target_url = 'https://fast.example/'");
  EXPECT_EQ(listener.wait_for_notification("directory_noted", kLong_us), true);
  rig.run("update accounts set name = 'Another'");
  EXPECT_EQ(listener.wait_for_notification("directory_noted", 1'000), false);
}

}  // namespace
}  // namespace footfall::core::testing
