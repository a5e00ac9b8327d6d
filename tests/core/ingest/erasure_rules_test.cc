// PROTOCOL.md 14 and 16, COMMON.md D-46: erasure also reaches what arrives later, and a revocation what an edge had not heard of.
#include <gtest/gtest.h>

#include "core/ingest/letter_clicks.h"
#include "core/storage/erasures.h"
#include "proto/wire/dialect.h"
#include "tests/core/ingest/rig.h"

namespace footfall::core::testing {
namespace {

constexpr std::int64_t kDayUs = 24 * 3'600'000'000;

TEST(Data, rule_14_ErasedVisitorsStayErased) {
  Rig rig;
  TestEdge edge(rig);
  TestClick before, other;
  before.visitor = visitor('a');
  other.visitor = visitor('b');
  before.query = "sub1=me&utm_source=x&name=me";
  edge.take({before, other});
  edge.send_heartbeat();
  edge.ship(1, 2);
  edge.take({before});
  rig.run_rounds();
  ASSERT_EQ(erase_visitor(rig.database, visitor('a'))->clicks, 1);
  const std::string blank =
      "select count(*) from clicks where num_nonnulls(visitor, ip, user_agent, referrer, landing, sub1, utm, params) = "
      "0";
  EXPECT_EQ(rig.number(blank), 1);
  // What arrives later is blanked on arrival, and claims no uniqueness by name.
  edge.ship(3, 3);
  rig.run_rounds();
  EXPECT_EQ(rig.clicks(), 3);
  EXPECT_EQ(rig.number(blank), 2);
  EXPECT_EQ(rig.number("select count(*) from clicks where visitor is not null"), 1);
}

TEST(Data, rule_14_ATombstoneKeepsShippingFromBringingItBack) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(3);
  edge.send_heartbeat();
  edge.ship(1, 3);
  rig.run_rounds();
  ASSERT_EQ(erase_click(rig.database, edge.clicks[1].id)->clicks, 1);
  // The database was restored behind it: the edge ships all again.
  ASSERT_TRUE(rig.database.execute("update streams set position = 0").has_value());
  edge.new_generation();
  edge.ship(1, 3);
  rig.run_rounds();
  EXPECT_EQ(rig.clicks(), 3);
  EXPECT_EQ(rig.number("select count(*) from clicks where visitor is null"), 1);
  EXPECT_EQ(rig.probe.duplicate.value(), 3u);
}

TEST(Data, rule_14_ErasureReachesDeadLetters) {
  Rig rig;
  TestEdge edge(rig);
  TestClick old;
  old.id = id_at(rig.clock.wall_us() - 500 * kDayUs);
  old.visitor = visitor('z');
  edge.take({old});
  edge.send_heartbeat();
  edge.ship(1, 1);
  rig.run_rounds();
  ASSERT_EQ(rig.number("select count(*) from dead_letters"), 1);
  EXPECT_EQ(erase_visitor(rig.database, visitor('z'))->dead_letters, 1);
  EXPECT_EQ(rig.number("select length(raw) from dead_letters"), 0);
  EXPECT_EQ(replay(rig).letters, 0);
}

TEST(Data, rule_14_AnAffiliatesClicksAreErasedUpToTheErasure) {
  Rig rig;
  rig.clock.wall = system_clock().wall_us() - 5'000'000;
  TestEdge edge(rig);
  TestClick of_affiliate, of_another;
  of_affiliate.affiliate = 7;
  of_another.visitor = visitor('b');
  edge.take({of_affiliate, of_another});
  TestClick dead = of_affiliate;
  dead.id = id_at(rig.clock.wall_us() - 500 * kDayUs);
  edge.take({dead});
  edge.send_heartbeat();
  edge.ship(1, 3);
  edge.take({of_affiliate});  // made before the erasure, and stored after it
  rig.run_rounds();
  auto erased = erase_affiliate_clicks(rig.database, {7}, clicks_of_letter);
  ASSERT_TRUE(erased.has_value()) << erased.error().message;
  EXPECT_EQ(erased->clicks, 1);
  EXPECT_EQ(erased->dead_letters, 1);
  EXPECT_EQ(erased->unreadable_letters, 0);
  rig.clock.wall = system_clock().wall_us() + 5'000'000;
  edge.take({of_affiliate});  // made after it
  edge.ship(4, 5);
  rig.run_rounds();
  EXPECT_EQ(rig.text("select string_agg(number::text, ',' order by number) from clicks where user_agent is null"),
            "1,4");
  EXPECT_EQ(rig.text("select string_agg(number::text, ',' order by number) from clicks where visitor is not null"),
            "2,5");
  EXPECT_EQ(rig.number("select sum(net) from click_rollups"), 4);  // what was counted stays counted
  EXPECT_EQ(erase_affiliate_clicks(rig.database, {7}, clicks_of_letter)->clicks, 0);
}

TEST(Data, rule_14_ErasureReachesTheLogOfCallbacks) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(2);
  edge.send_heartbeat();
  edge.ship(1, 2);
  rig.run_rounds();
  const wire::ClickId id = edge.clicks[0].id;
  const auto log = [&](const std::string& parameters) {
    auto done = rig.database.query(
        "insert into postback_log (endpoint_id, method, parameters, client, status, outcome, request_id) "
        "select id, 'GET', $1, '', 200, 'x', 'r' from postback_endpoints limit 1",
        {parameters});
    ASSERT_TRUE(done.has_value()) << done.error().message;
    ASSERT_EQ(done->affected(), 1);
  };
  ASSERT_TRUE(rig.database
                  .execute("insert into accounts (public_id, dialect, name, link_host) values ('acc_log', 'affspace', "
                           "'A', 'log.localhost'); insert into postback_endpoints (public_id, account_id, kind) "
                           "select 'pb_log', id, 'primary' from accounts where public_id = 'acc_log'")
                  .has_value());
  log("click_id=" + wire::format_click_id(wire::Dialect::affspace, id) + "&sub1=me");
  log("click_id=" + wire::to_uuid(id) + "&sub1=me");
  log("click_id=" + wire::format_click_id(wire::Dialect::affspace, edge.clicks[1].id) + "&sub1=other");
  EXPECT_EQ(erase_click(rig.database, id)->callbacks, 2);
  EXPECT_EQ(rig.number("select count(*) from postback_log where parameters like '%sub1=me%'"), 0);
  EXPECT_EQ(rig.number("select count(*) from postback_log where parameters like '%sub1=other%'"), 1);
  EXPECT_EQ(erase_click(rig.database, id)->callbacks, 0);
}

TEST(Data, rule_14_TheNoteOfAnErasureGoesOnceNothingItCoversCanBeStored) {
  Rig rig;
  ASSERT_TRUE(erase_visitor(rig.database, visitor('a')).has_value());
  const std::int64_t noted_us = rig.number("select (extract(epoch from created_at) * 1000000)::bigint from erasures");
  EXPECT_EQ(trim_erasures(rig.database, noted_us).value(), 0);
  EXPECT_EQ(trim_erasures(rig.database, noted_us + 1).value(), 1);
  EXPECT_EQ(rig.number("select count(*) from erasures"), 0);
}

TEST(Data, rule_16_ClicksAfterARevocationAreKeptAndDoNotCount) {
  Rig rig;
  ASSERT_TRUE(
      rig.database
          .execute("insert into accounts (public_id, dialect, name, link_host) values ('a', 'selgeo', 'A', 'h');"
                   "insert into api_keys (public_id, account_id, kind, mode, shown, hash) "
                   "values ('k', 1, 'public', 'live', 'pk', 'x')")
          .has_value());
  TestEdge edge(rig);
  TestClick click;
  click.key = 1;
  edge.take({click});
  rig.clock.advance(10'000'000);
  auto revoked = rig.database.query("update api_keys set revoked_at = $1", {timestamp_us(rig.clock.wall_us())});
  ASSERT_TRUE(revoked.has_value());
  rig.clock.advance(1);
  click.visitor = visitor('b');
  edge.take({click});
  edge.send_heartbeat();
  edge.ship(1, 2);
  rig.run_rounds();
  EXPECT_EQ(rig.text("select string_agg(verdict::text, ',' order by number) from clicks"),
            "0," + std::to_string(wire::kVerdictRevoked));
  EXPECT_EQ(rig.text("select gross || ' ' || net || ' ' || uniques from click_rollups"), "2 1 1");
}

}  // namespace
}  // namespace footfall::core::testing
