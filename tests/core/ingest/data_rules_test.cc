// PROTOCOL.md 7, 8, 11 and 13: what is stored of a click, and what becomes of one that cannot be.
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>

#include "core/ingest/replay.h"
#include "core/storage/evidence.h"
#include "core/storage/partitions.h"
#include "proto/base/bytes.h"
#include "tests/core/ingest/rig.h"

namespace footfall::core::testing {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;
constexpr std::int64_t kDayUs = 24 * kHourUs;

TEST(Data, StoresWhatTheEdgeSaw) {
  Rig rig;
  TestEdge edge(rig);
  TestClick click;
  click.key = 55;
  click.query = "sub1=a%20b&sub5=e&sub6=six&utm_source=mail&utm_campaign=%C5%BCó%C5%82w&x=1&x=2&empty=";
  edge.take({click});
  edge.send_heartbeat();
  edge.ship(1, 1);
  rig.run_rounds();
  ASSERT_EQ(rig.clicks(), 1);
  const auto& id = edge.clicks[0].id;
  EXPECT_EQ(rig.text("select id::text from clicks"), wire::to_uuid(id));
  EXPECT_EQ(rig.number("select (extract(epoch from received_at) * 1000000)::bigint from clicks"),
            rig.clock.wall_us() - 3'600'000);
  EXPECT_EQ(rig.text("select concat_ws(' ', account_id, mode, campaign_id, affiliate_id, link_id, key_id, verdict, "
                     "is_unique, source, encode(visitor, 'escape'), encode(ip, 'hex')) from clicks"),
            "1 0 10 100 1000 55 0 t 0 0123456789abcdef c6336400");
  EXPECT_EQ(rig.text("select concat_ws('|', user_agent, referrer, landing, sub1, sub2, sub5) from clicks"),
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0|https://blog.example/post|"
            "https://shop.example/|a b|e");
  EXPECT_EQ(rig.text("select utm::text from clicks"), "{\"utm_source\": \"mail\", \"utm_campaign\": \"żółw\"}");
  EXPECT_EQ(rig.text("select params::text from clicks"), "{\"x\": \"1\", \"sub6\": \"six\", \"empty\": \"\"}");
}

TEST(Data, JudgesAgentsAndKeepsWhatTheEdgeSaid) {
  Rig rig;
  rig.rules = std::move(ClickRules::load({{}, {{"198.51.100.0/24"}, "", true}}).value());
  rig.owner = rig.new_owner();
  TestEdge edge(rig);
  TestClick bot, head;
  bot.user_agent = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
  head.verdict = wire::kVerdictHead | wire::kVerdictRevoked;  // the second is not the edge's to say
  edge.take({bot, head});
  edge.send_heartbeat();
  edge.ship(1, 2);
  rig.run_rounds();
  const auto network = static_cast<int>(wire::kVerdictNetwork);
  EXPECT_EQ(rig.number("select verdict from clicks where number = 1"), network | static_cast<int>(wire::kVerdictBot));
  EXPECT_EQ(rig.number("select verdict from clicks where number = 2"), network | static_cast<int>(wire::kVerdictHead));
  EXPECT_EQ(rig.text("select gross || ' ' || net || ' ' || uniques from click_rollups"), "2 0 0");
}

TEST(Data, rule_07_BadTextIsMadeGood) {
  Rig rig;
  TestEdge edge(rig);
  TestClick click;
  click.user_agent = std::string("Fire\0fox (a) \xff\xc3", 15);
  click.query = "sub1=%00%ff&p=%00";
  edge.take({click});
  edge.send_heartbeat();
  edge.ship(1, 1);
  rig.run_rounds();
  EXPECT_EQ(rig.text("select user_agent from clicks"), "Fire\uFFFDfox (a) \uFFFD\uFFFD");
  EXPECT_EQ(rig.text("select sub1 from clicks"), "\uFFFD\uFFFD");
  EXPECT_EQ(rig.text("select params ->> 'p' from clicks"), "\uFFFD");
}

TEST(Data, rule_07_TheOffenderStandsAlone) {
  Rig rig;
  ASSERT_TRUE(rig.database
                  .execute("alter table clicks add constraint poison check (sub1 <> 'poison');"
                           "create function refuse() returns trigger language plpgsql as $$ begin "
                           "if new.sub1 = 'bad' then raise exception 'bad' using errcode = '22021'; end if; "
                           "return new; end $$;"
                           "create trigger refuse before insert on clicks for each row execute function refuse()")
                  .has_value());
  TestEdge edge(rig);
  edge.take(50);
  edge.clicks[16].query = "sub1=poison";
  edge.clicks[30].query = "sub1=bad";
  edge.send_heartbeat();
  edge.ship_all_from(1);
  rig.run_rounds();
  EXPECT_EQ(rig.clicks(), 48);
  EXPECT_EQ(rig.number("select position from streams"), 50);
  EXPECT_EQ(rig.text("select string_agg(number || ' ' || reason, ',' order by number) from dead_letters"),
            "17 data:23514,31 data:22021");
  EXPECT_EQ(rig.number("select dead from streams"), 2);
  EXPECT_EQ(rig.probe.dead.value(), 2u);
  EXPECT_EQ(rig.probe.stored.value(), 48u);
  EXPECT_EQ(rig.number("select sum(gross) from click_rollups"), 48);

  // The cause is mended; the letter is replayed once.
  ASSERT_TRUE(rig.database.execute("alter table clicks drop constraint poison").has_value());
  const auto tally = replay(rig);
  EXPECT_EQ(tally.letters, 2);
  EXPECT_EQ(tally.stored, 1);
  EXPECT_EQ(tally.failed, 1);
  EXPECT_EQ(rig.clicks(), 49);
  EXPECT_EQ(rig.text("select sub1 from clicks where number = 17"), "poison");
  EXPECT_EQ(replay(rig).letters, 1) << "only the one that stays";
}

TEST(Data, rule_07_UndecodableEntriesAreAskedForOnceThenKept) {
  Rig rig;
  TestEdge edge(rig);
  edge.take(10);
  edge.send_heartbeat();
  edge.ship(1, 4);
  edge.ship_raw(7, "\xff\xff not protobuf");
  edge.ship(8, 10);
  rig.run_rounds(2);
  EXPECT_EQ(rig.number("select position from streams"), 4) << "Redis may have damaged what the edge's log holds sound";
  EXPECT_EQ(rig.mark(edge.incarnation)->nonce, 1u);
  edge.new_generation();
  edge.ship_raw(7, "\xff\xff not protobuf");
  edge.ship(8, 10);
  rig.run_rounds(2);
  EXPECT_EQ(rig.number("select position from streams"), 10);
  EXPECT_EQ(rig.clicks(), 7);
  EXPECT_EQ(
      rig.text("select number || ' ' || count || ' ' || reason || ' ' || encode(raw, 'escape') from dead_letters"),
      "5 3 decode \\377\\377 not protobuf");
  EXPECT_EQ(rig.probe.dead.value(), 3u);
}

TEST(Data, rule_07_ABatchOfAnotherIncarnationIsNotTaken) {
  Rig rig;
  TestEdge edge(rig), other(rig);
  edge.take(3);
  other.take(3);
  edge.send_heartbeat();
  edge.ship_raw(3, other.encoded(1, 3));
  rig.run_rounds(2);
  EXPECT_EQ(rig.clicks(), 0);
  edge.new_generation();
  edge.ship(1, 3);
  rig.run_rounds(2);
  EXPECT_EQ(rig.clicks(), 3);
}

TEST(Data, rule_08_IdsOutsideThePartitionsAreDeadLetters) {
  Rig rig;
  TestEdge edge(rig);
  const auto now_us = rig.clock.wall_us();
  const auto at = [](std::int64_t us) {
    TestClick click;
    click.id = id_at(us);
    return click;
  };
  edge.take(
      {at(now_us - 401 * kDayUs), at(now_us - 400 * kDayUs), at(now_us), at(now_us + kDayUs), at(now_us + 2 * kDayUs)});
  auto broken_clock = at(now_us);
  broken_clock.received_us = 1;
  edge.take({broken_clock});
  edge.send_heartbeat();
  edge.ship(1, 6);
  rig.run_rounds();
  EXPECT_EQ(rig.text("select string_agg(number::text, ',' order by number) from clicks"), "2,3,4");
  EXPECT_EQ(rig.text("select string_agg(number || ' ' || reason, ',' order by number) from dead_letters"),
            "1 time,5 time,6 time");
  // Whoever asks for such a click learns that it may still come.
  const auto lookup = [&] { return find_click(rig.database, {{1}, wire::Mode::live, edge.clicks[4].id}).value(); };
  EXPECT_TRUE(lookup().in_dead_letter);
  EXPECT_FALSE(find_click(rig.database, {{1}, wire::Mode::live, id_at(now_us)}).value().in_dead_letter);
  // Two days later the second one's day has a partition.
  rig.clock.advance(kDayUs);
  EXPECT_EQ(replay(rig, {std::nullopt, "time"}).stored, 1);
  EXPECT_FALSE(lookup().in_dead_letter);
}

TEST(Data, rule_08_ARetryAcrossMidnightIsADuplicate) {
  Rig rig;
  rig.clock.wall += 12 * kHourUs - 2'000'000;  // two seconds before midnight
  TestEdge edge(rig);
  TestClick click;
  click.source = wire::ClickSource::posted_client_id;
  edge.take({click});
  edge.send_heartbeat();
  edge.ship(1, 1);
  rig.run_rounds();
  rig.clock.wall += kHourUs;
  edge.take({edge.clicks[0]});
  edge.clicks[1].received_us = rig.clock.wall_us();
  edge.ship(2, 2);
  rig.run_rounds();
  EXPECT_EQ(rig.clicks(), 1) << "the day comes from the id, never from arrival";
  EXPECT_EQ(rig.probe.duplicate.value(), 1u);
  EXPECT_EQ(rig.number("select duplicates from streams"), 1);
  EXPECT_EQ(rig.number("select sum(gross) from click_rollups"), 1);
}

TEST(Data, rule_08_AnEdgeWithAWrongClockIsReported) {
  Rig rig;
  TestEdge edge(rig);
  edge.clock_error_us = 61'000'000;
  edge.send_heartbeat();
  rig.watermark_publisher->run_once();
  rig.clock.advance(1'100'000);
  edge.send_heartbeat();
  rig.watermark_publisher->run_once();
  EXPECT_EQ(rig.probe.skewed_clocks.value(), 1);
  edge.clock_error_us = -59'000'000;
  rig.clock.advance(1'100'000);
  edge.send_heartbeat();
  rig.watermark_publisher->run_once();
  EXPECT_EQ(rig.probe.skewed_clocks.value(), 0);
}

TEST(Data, rule_11_TheKeyIsAccountModeAndId) {
  Rig rig;
  TestEdge one(rig, "edge-1"), two(rig, "edge-2");
  TestClick click;
  click.id = id_at(rig.clock.wall_us());
  click.source = wire::ClickSource::posted_client_id;
  auto other_mode = click, other_account = click, other_link = click, other_affiliate = click;
  other_mode.mode = wire::Mode::test;
  other_account.account = 2;
  other_link.link = 2000;
  other_affiliate.affiliate = 200;
  one.take({click, click, other_mode, other_account});  // a retry within one batch
  two.take({other_link, click, other_affiliate});       // and through another edge
  one.send_heartbeat();
  two.send_heartbeat();
  one.ship(1, 4);
  rig.run_rounds();
  two.ship(1, 3);
  rig.run_rounds();
  EXPECT_EQ(rig.clicks(), 3);
  EXPECT_EQ(rig.probe.duplicate.value(), 2u);
  EXPECT_EQ(rig.probe.conflict.value(), 2u);
  EXPECT_EQ(rig.text("select string_agg(link_id || ' ' || affiliate_id, ',' order by number) from click_conflicts"),
            "2000 100,1000 200");
  EXPECT_EQ(rig.number("select sum(gross) from click_rollups"), 3);
}

TEST(Data, rule_11_AnUnexpectedDuplicateIsFound) {
  Rig rig;
  TestEdge one(rig, "edge-1"), two(rig, "edge-2");
  one.take(20);
  two.take(20);
  two.clicks[7] = one.clicks[3];   // an id that an edge minted, a second time: a forged or rebuilt log
  two.clicks[19] = two.clicks[1];  // and within one batch
  two.clicks[19].affiliate = 999;
  one.send_heartbeat();
  two.send_heartbeat();
  one.ship(1, 20);
  rig.run_rounds();
  two.ship(1, 20);
  rig.run_rounds();
  EXPECT_EQ(rig.clicks(), 38);
  EXPECT_EQ(rig.probe.duplicate.value(), 1u);
  EXPECT_EQ(rig.probe.conflict.value(), 1u);
  EXPECT_EQ(rig.number("select sum(gross) from click_rollups"), 38);
  EXPECT_EQ(rig.number("select count(*) from click_uniques"), 38) << "a click that is not stored claims nothing";
}

// Ids that a client made to share a bucket of an unkeyed hash (their ends are alike) cost what others cost.
TEST(Data, rule_11_MadeCollisionsCostNothing) {
  constexpr std::size_t kClicks = 16'000;
  Rig rig;
  rig.limits.clicks_max = kClicks;
  rig.owner = rig.new_owner();
  const auto seconds_of = [&](bool alike) {
    TestEdge edge(rig, alike ? "edge-1" : "edge-2");
    for (std::size_t i = 0; i < kClicks; ++i) {
      TestClick click;
      click.source = wire::ClickSource::posted_client_id;
      click.id = id_at(rig.clock.wall_us() + static_cast<std::int64_t>(i) * 1'000);
      if (alike) std::fill(click.id.bytes.begin() + 8, click.id.bytes.end(), std::uint8_t{0x80});
      edge.take({click});
    }
    edge.send_heartbeat();
    for (std::uint64_t first = 1; first <= kClicks; first += 500) edge.ship(first, first + 499);
    const auto before = std::clock();
    rig.run_rounds(3);
    EXPECT_EQ(rig.mark(edge.incarnation)->position, kClicks);
    return static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;  // of this process
  };
  const auto random = seconds_of(false);
  const auto alike = seconds_of(true);
  EXPECT_LT(alike, 2 * random + 0.05);
  EXPECT_EQ(rig.clicks(), static_cast<std::int64_t>(2 * kClicks));
}

TEST(Data, rule_13_OnlyWhatCountsClaimsTheHour) {
  Rig rig;
  TestEdge edge(rig);
  TestClick prefetch, first, second, other_link, next_hour;
  prefetch.verdict = wire::kVerdictPrefetch;
  other_link.link = 2000;
  next_hour.id = id_at(rig.clock.wall_us() + kHourUs);
  edge.take({prefetch, first, second, other_link, next_hour});
  edge.send_heartbeat();
  edge.ship(1, 1);
  rig.run_rounds();
  edge.ship(2, 5);
  rig.run_rounds();
  EXPECT_EQ(rig.text("select string_agg(is_unique::text, ',' order by number) from clicks"),
            "false,true,false,true,true");
  EXPECT_EQ(rig.text("select sum(gross) || ' ' || sum(net) || ' ' || sum(uniques) from click_rollups"), "5 4 3");
}

TEST(Data, rule_13_TwoEdgesShareTheHour) {
  Rig rig;
  TestEdge one(rig, "edge-1"), two(rig, "edge-2");
  for (char letter = 'a'; letter < 'k'; ++letter) {
    TestClick click;
    click.visitor = visitor(letter);
    one.take({click});
    two.take({click});
  }
  one.send_heartbeat();
  two.send_heartbeat();
  one.ship(1, 10);
  two.ship(1, 10);
  rig.run_rounds();
  EXPECT_EQ(rig.clicks(), 20);
  EXPECT_EQ(rig.number("select count(*) from clicks where is_unique"), 10);
  EXPECT_EQ(rig.number("select sum(uniques) from click_rollups"), 10);
}

// Two edges, the same clicks in opposite order, two owners at the same time: every transaction of one meets the other.
TEST(Data, rule_06_OwnersThatMeetWaitRetryAndCountOnce) {
  Rig rig;
  constexpr std::size_t kClicks = 600;
  rig.limits.clicks_max = 40;
  rig.owner.reset();
  TestEdge one(rig, "edge-1"), two(rig, "edge-2");
  for (std::size_t i = 0; i < kClicks; ++i) {
    TestClick click;
    click.received_us = rig.clock.wall_us();
    click.id = id_at(click.received_us);
    click.source = wire::ClickSource::posted_client_id;
    click.visitor = wire::Incarnation::random().view();
    one.take({click});
  }
  two.clicks.assign(one.clicks.rbegin(), one.clicks.rend());
  for (auto* edge : {&one, &two}) {
    edge->send_heartbeat();
    edge->ship_all_from(1);
  }
  rig.watermark_publisher->run_once();
  StreamOwnerOptions options{rig.url, redis_options(), rig.limits, 1'000, 400, &ingest_lag(rig.metrics, "pair")};
  // With the real clock: each takes one stream.
  options.retention_days = 3'650;
  StreamOwner first(options, *rig.rules, system_clock(), rig.probe);
  StreamOwner second(options, *rig.rules, system_clock(), rig.probe);
  {
    Worker a("first", [&first](std::stop_token stop) { first.run(stop); });
    Worker b("second", [&second](std::stop_token stop) { second.run(stop); });
    EXPECT_TRUE(eventually([&] { return rig.number("select sum(position) from streams") == 2 * kClicks; }));
  }
  EXPECT_EQ(rig.clicks(), static_cast<std::int64_t>(kClicks));
  EXPECT_EQ(rig.probe.duplicate.value(), kClicks);
  EXPECT_EQ(rig.probe.dead.value(), 0u);
  EXPECT_EQ(rig.number("select sum(gross) from click_rollups"), static_cast<std::int64_t>(kClicks));
  EXPECT_EQ(rig.number("select sum(uniques) from click_rollups"), static_cast<std::int64_t>(kClicks));
  EXPECT_EQ(rig.number("select count(*) from click_uniques"), static_cast<std::int64_t>(kClicks));
}

}  // namespace
}  // namespace footfall::core::testing
