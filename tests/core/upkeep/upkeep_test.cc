// PROTOCOL.md 8 and 12, upkeep's side: partitions, retention, silence.
#include "core/upkeep/upkeep.h"

#include <gtest/gtest.h>

#include "core/storage/partitions.h"
#include "core/storage/streams.h"
#include "tests/core/ingest/rig.h"

namespace footfall::core::testing {
namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;

class UpkeepRig {
 public:
  UpkeepRig() : url(fresh_database_url()), database(url) {
    clock.wall = 1'760'961'600'000'000;  // 2025-10-20 12:00 UTC
    options.postgres_url = url;
    options.click_retention_days = 30;
    options.rollup_retention_days = 60;
  }
  bool round() {
    return eventually([this] { return Upkeep(options, clock, metrics).round(); });
  }
  void run(const std::string& sql) {
    auto done = database.execute(sql);
    if (!done) throw std::runtime_error(done.error().message);
  }
  std::string text(const std::string& sql) {
    auto rows = database.query(sql);
    if (!rows) throw std::runtime_error(rows.error().message);
    return std::string(rows->text(0, 0));
  }
  std::string partitions() {
    return text(
        "select coalesce(string_agg(c.relname, ' ' order by c.relname), '') from pg_inherits i "
        "join pg_class c on c.oid = i.inhrelid where i.inhparent = 'clicks'::regclass");
  }
  void add_click(std::int64_t wall_us) {
    run("insert into clicks (id, account_id, mode, received_at, campaign_id, link_id, verdict, is_unique, source, "
        "stream_id, number) values ('" +
        wire::to_uuid(id_at(wall_us)) + "', 1, 0, now(), 1, 1, 0, true, 0, 1, 1)");
  }

  const std::string url;
  ManualClock clock;
  Database database;
  Metrics metrics;
  UpkeepOptions options;
};

TEST(Upkeep, rule_08_PartitionsReachPastTomorrow) {
  UpkeepRig rig;
  ASSERT_TRUE(rig.round());
  EXPECT_EQ(rig.partitions(), "clicks_20251019 clicks_20251020 clicks_20251021 clicks_20251022 clicks_20251023");
  ASSERT_TRUE(rig.round());
  for (int day = -1; day <= 3; ++day) rig.add_click(rig.clock.wall + day * kDayUs);
  EXPECT_EQ(rig.text("select count(*) from clicks_20251021"), "1");
}

TEST(Upkeep, rule_08_DaysMeetWithoutAHole) {
  UpkeepRig rig;
  ASSERT_TRUE(rig.round());
  const auto midnight_us = 1'761'004'800'000'000;  // 2025-10-21 00:00 UTC
  rig.add_click(midnight_us - 1'000);
  rig.add_click(midnight_us);
  EXPECT_EQ(rig.text("select count(*) from clicks_20251020"), "1");
  EXPECT_EQ(rig.text("select count(*) from clicks_20251021"), "1");
}

TEST(Upkeep, APartitionIsMadeWhileReadersRead) {
  UpkeepRig rig;
  ASSERT_TRUE(rig.round());
  Database reader(rig.url);
  ASSERT_TRUE(reader.execute("begin; select count(*) from clicks").has_value());
  ASSERT_TRUE(ensure_partition(rig.database, 20'000).has_value());
  ASSERT_TRUE(ensure_partition(rig.database, 20'000).has_value()) << "again, and nothing happens";
  EXPECT_TRUE(reader.execute("commit").has_value());
  EXPECT_NE(rig.partitions().find("clicks_20241004"), std::string::npos);
}

TEST(Upkeep, RetentionDropsWholeDaysAndWhatWasCountedForThem) {
  UpkeepRig rig;
  const auto today = rig.clock.wall / kDayUs;
  for (const auto day : {today - 31, today - 30, today - 29}) {
    ASSERT_TRUE(ensure_partition(rig.database, day).has_value());
    rig.add_click(day * kDayUs + kDayUs / 2);
    const auto key = unique_key(day * 24 + 5, {1}, "0123456789abcdef");
    rig.run("insert into click_uniques values ('" + wire::to_uuid({key}) + "')");
  }
  for (const auto day : {today - 61, today - 60}) {
    rig.run(
        "insert into click_rollups (stream_id, day, account_id, mode, campaign_id, affiliate_id, link_id) values "
        "(1, date '1970-01-01' + " +
        std::to_string(day) + ", 1, 0, 1, 0, 1)");
    rig.run("insert into campaign_rollups (stream_id, quarter, account_id, mode, campaign_id) values (1, " +
            std::to_string(day * 96) + ", 1, 0, 1)");
  }
  ASSERT_TRUE(rig.round());
  EXPECT_EQ(rig.text("select count(*) from clicks"), "2");
  EXPECT_EQ(rig.text("select count(*) from click_uniques"), "2");
  EXPECT_EQ(rig.text("select count(*) from click_rollups"), "1");
  EXPECT_EQ(rig.text("select count(*) from campaign_rollups"), "1");
  EXPECT_EQ(rig.text("select to_regclass('clicks_20250919') is null"), "t") << "dropped, not only detached";
}

TEST(Upkeep, TrimsTheDirectoryLog) {
  UpkeepRig rig;
  rig.run(
      "insert into directory_log (epoch, version, change, published_at) values "
      "(1, 1, '', timestamptz '2025-10-18 11:00Z'), (1, 2, '', timestamptz '2025-10-18 13:00Z')");
  ASSERT_TRUE(rig.round());
  EXPECT_EQ(rig.text("select string_agg(version::text, ',') from directory_log"), "2");
}

// Clicks are kept for 30 days here; a click that the note covers may come until the day before those is over.
TEST(Upkeep, SaysWhichEventsWaitAndWhichItDropped) {  // D-50
  UpkeepRig rig;
  rig.run(
      "insert into accounts (id, public_id, dialect, name, currency, link_host) overriding system value values "
      "(1, 'acc_1', 'selgeo', 'Shop', 'USD', 'c.localhost')");
  rig.clock.wall = system_clock().wall_us();
  const auto figure = [&rig](const std::string& name) {
    const std::string page = "\n" + rig.metrics.expose();
    const std::size_t at = page.find("\nfootfall_upkeep_" + name + " ");
    return at == std::string::npos ? -1 : std::stod(page.substr(page.find(' ', at)));
  };
  const auto insert = [&rig](const std::string& ages) {
    rig.run(
        "insert into events_out (account_id, mode, type, subject, payload, created_at) select 1, 'live', "
        "'conversion.created', 'conv_1', '{}', now() - age from unnest(array[" +
        ages + "]) age");
  };
  Upkeep upkeep(rig.options, rig.clock, rig.metrics);
  ASSERT_TRUE(eventually([&] { return upkeep.round(); }));
  EXPECT_EQ(figure("waiting_events"), 0);
  EXPECT_EQ(figure("oldest_event_seconds"), 0);
  insert("interval '8 days', interval '1 hour', interval '1 second'");
  ASSERT_TRUE(upkeep.round());
  EXPECT_EQ(figure("dropped_events_total"), 1);
  EXPECT_EQ(figure("waiting_events"), 2);
  EXPECT_GE(figure("oldest_event_seconds"), 3'600);
  EXPECT_LT(figure("oldest_event_seconds"), 86'400);
  rig.run("alter table mails rename to mails_away");
  ASSERT_FALSE(upkeep.round());
  EXPECT_EQ(figure("waiting_events"), 2) << "nobody else has looked since";
  EXPECT_GE(figure("oldest_event_seconds"), 3'600);
  rig.run("alter table mails_away rename to mails; delete from events_out");
  ASSERT_TRUE(eventually([&] { return upkeep.round(); }));
  EXPECT_EQ(figure("waiting_events"), 0);
  EXPECT_EQ(figure("oldest_event_seconds"), 0);
}

TEST(Upkeep, rule_14_TheNotesOfErasuresAreForgottenAfterTheirClicks) {
  UpkeepRig rig;
  rig.run(
      "insert into erasures (visitor, created_at) values (decode(repeat('01', 16), 'hex'), timestamptz '2025-09-18 "
      "23:59Z'), (decode(repeat('02', 16), 'hex'), timestamptz '2025-09-19 00:00Z'), (decode(repeat('03', 16), 'hex'), "
      "timestamptz '2025-10-20 11:00Z')");
  ASSERT_TRUE(rig.round());
  EXPECT_EQ(rig.text("select string_agg(encode(substr(visitor, 1, 1), 'hex'), ',' order by visitor) from erasures"),
            "02,03");
}

TEST(Upkeep, rule_12_SilenceEndsWaiting) {
  UpkeepRig rig;
  rig.run(
      "insert into streams (incarnation, edge, edge_number, head, heard_at) values "
      "(decode(repeat('01', 16), 'hex'), 'gone', 1, 5, timestamptz '2025-10-19 11:00Z'), "
      "(decode(repeat('02', 16), 'hex'), 'here', 2, 5, timestamptz '2025-10-20 11:00Z')");
  ASSERT_TRUE(rig.round());
  EXPECT_EQ(rig.text("select string_agg(edge, ',') from streams where retired_at is not null"), "gone");
  EXPECT_EQ(rig.text("select actor || ' ' || action || ' ' || (details ->> 'edge') from audit"),
            "upkeep edge.retire gone");
}

// The first statement after the loss is a BEGIN, which is otherwise sent again on a new connection: without the lock.
TEST(Upkeep, WhoeverLosesItsConnectionIsNoLongerTheOne) {
  UpkeepRig rig;
  Upkeep first(rig.options, rig.clock, rig.metrics), second(rig.options, rig.clock, rig.metrics);
  ASSERT_TRUE(first.round());
  rig.run("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()");
  ASSERT_TRUE(eventually([&] { return second.round(); }));
  EXPECT_FALSE(first.conversions_round());
  EXPECT_FALSE(first.click_caps_round());
  EXPECT_FALSE(first.round());
}

TEST(Upkeep, OneAtATime) {
  UpkeepRig rig;
  Upkeep first(rig.options, rig.clock, rig.metrics), second(rig.options, rig.clock, rig.metrics);
  EXPECT_TRUE(first.round());
  EXPECT_FALSE(second.round());
}

}  // namespace
}  // namespace footfall::core::testing
