// COMMON.md D-16: the salts of visitor hashes on their way to edges, and out of every store.
#include "proto/wire/visitor_salts.h"

#include "tests/core/publish/publish_rig.h"

namespace footfall::core::testing {
namespace {

schema::VisitorSalts salts_in(PublishRig& rig) {
  schema::VisitorSalts salts;
  const auto reply = rig.redis->command({"GET", wire::kDirectorySaltsKey}).value();
  FOOTFALL_CHECK(salts.ParseFromString(reply.text));
  return salts;
}

TEST(Publisher, SaltsChangeWithTheDayAndTheirDeletionReachesEveryStore) {
  constexpr std::int64_t kDayUs = 86'400'000'000;
  PublishRig rig;
  rig.run_rounds();
  const auto today = static_cast<std::uint32_t>(wire::utc_day(rig.clock.wall_us()));
  const auto first = salts_in(rig);
  ASSERT_EQ(first.salts_size(), 4);
  EXPECT_EQ(first.salts(0).day(), today);
  EXPECT_EQ(first.salts(0).salt().size(), 16u);
  EXPECT_NE(first.salts(0).salt(), first.salts(1).salt());
  const auto ttl_s = rig.redis->command({"TTL", wire::kDirectorySaltsKey}).value().integer;
  const std::int64_t until_s = ((today + 2) * kDayUs - rig.clock.wall_us()) / 1'000'000;
  EXPECT_NEAR(static_cast<double>(ttl_s), static_cast<double>(until_s), 10) << "Redis forgets it without us";

  rig.clock.advance(kDayUs);
  rig.run_rounds(1);
  const auto second = salts_in(rig);
  ASSERT_EQ(second.salts_size(), 5);
  EXPECT_EQ(second.salts(0).SerializeAsString(), first.salts(0).SerializeAsString()) << "yesterday's is still needed";
  rig.clock.advance(kDayUs);
  rig.run_rounds(1);
  const auto third = salts_in(rig);
  ASSERT_EQ(third.salts_size(), 5);
  EXPECT_EQ(third.salts(0).SerializeAsString(), first.salts(1).SerializeAsString());

  const std::string gone = first.salts(0).salt();
  for (const auto& change : rig.changes()) EXPECT_EQ(change.SerializeAsString().find(gone), std::string::npos);
  for (const auto& entity : rig.snapshot()) EXPECT_EQ(entity.SerializeAsString().find(gone), std::string::npos);
  EXPECT_EQ(rig.database.query("select count(*) from visitor_salts where salt = $1", {bytea(gone)})->integer(0, 0), 0);
  EXPECT_EQ(
      rig.database.query("select count(*) from directory_log where position($1::bytea in change) > 0", {bytea(gone)})
          ->integer(0, 0),
      0);
}

TEST(Publisher, SaltsComeBackToARedisThatWasEmptied) {
  PublishRig rig;
  rig.run_rounds();
  const auto before = salts_in(rig).SerializeAsString();
  shared_redis().flush();
  rig.run_rounds();
  EXPECT_EQ(salts_in(rig).SerializeAsString(), before);
  rig.publisher = rig.make();
  rig.run_rounds();
  EXPECT_EQ(salts_in(rig).SerializeAsString(), before) << "another process publishes the same";
}

// Each writing leaves the salts in Redis' append-only file, where it has one, beyond their deletion.
TEST(Publisher, SaltsAreWrittenOnceADayAndWhenRedisHasOthers) {
  PublishRig rig;
  const auto times_written = [&rig] {
    const auto info = rig.redis->command({"INFO", "commandstats"}).value().text;
    constexpr std::string_view kCommand = "cmdstat_set:calls=";
    const auto at = info.find(kCommand);
    return at == std::string::npos ? 0 : std::stoi(info.substr(at + kCommand.size()));
  };
  rig.run_rounds();
  const auto before = salts_in(rig).SerializeAsString();
  const int at_first = times_written();
  rig.run_rounds(20);
  EXPECT_EQ(times_written(), at_first);
  ASSERT_FALSE(rig.redis->command({"SET", wire::kDirectorySaltsKey, "another's"})->is_error());
  rig.run_rounds(20);
  EXPECT_EQ(times_written(), at_first + 2) << "the test's writing and the publisher's";
  EXPECT_EQ(salts_in(rig).SerializeAsString(), before);
  EXPECT_GT(rig.redis->command({"TTL", wire::kDirectorySaltsKey})->integer, 0);
  rig.clock.advance(86'400'000'000);
  rig.run_rounds(20);
  EXPECT_EQ(times_written(), at_first + 3);
}

}  // namespace
}  // namespace footfall::core::testing
