// COMMON.md D-45: what is stored of a click whose visitor asks for privacy, as the account decides.
#include <gtest/gtest.h>

#include "tests/core/ingest/rig.h"

namespace footfall::core::testing {
namespace {

constexpr const char* kAccounts =
    "insert into accounts (public_id, dialect, name, link_host, policy) values "
    "('a', 'selgeo', 'A', 'h', '{\"gpc\": \"minimal\"}'), ('b', 'selgeo', 'B', 'h', '{}')";

TestClick asking(std::uint64_t account, std::uint32_t privacy) {
  TestClick click;
  click.account = account;
  click.campaign = 10 * account;
  click.link = 1000 * account;
  click.privacy = privacy;
  click.query = "sub1=me&utm_source=x&gclid=abc&name=ann";
  click.referrer = "https://blog.example/post?fbclid=1&page=2";
  return click;
}

TEST(Privacy, AnAccountThatHeedsItKeepsTheMinimum) {
  Rig rig;
  ASSERT_TRUE(rig.database.execute(kAccounts).has_value());
  TestEdge edge(rig);
  edge.take({asking(1, wire::kPrivacyGpc), asking(1, wire::kPrivacyDnt), asking(1, 0), asking(2, wire::kPrivacyGpc)});
  edge.send_heartbeat();
  edge.ship(1, 4);
  rig.run_rounds();
  ASSERT_EQ(rig.clicks(), 4);
  const std::string minimal =
      "select count(*) from clicks where visitor is null and ip is null and not is_unique and verdict = 0 "
      "and sub1 = 'me' and utm = '{\"utm_source\": \"x\"}' and params = '{\"name\": \"ann\"}' "
      "and referrer = 'https://blog.example/post?page=2' and user_agent is not null";
  EXPECT_EQ(rig.number(minimal + " and number in (1, 2)"), 2);
  EXPECT_EQ(rig.number(minimal), 2);
  const std::string whole =
      "select count(*) from clicks where visitor is not null and params = '{\"gclid\": \"abc\", \"name\": \"ann\"}' "
      "and referrer = 'https://blog.example/post?fbclid=1&page=2'";
  EXPECT_EQ(rig.number(whole + " and number in (3, 4)"), 2);
  // They count, and nobody says that they are of one visitor.
  EXPECT_EQ(rig.text("select string_agg(gross || ' ' || net || ' ' || uniques, ',' order by account_id) "
                     "from campaign_rollups where account_id = 1"),
            "3 3 1");
}

// A plain link, and one of which only the network's id was the query. Whoever's account it is.
TEST(Privacy, AQueryOfWhichNothingIsLeftIsNone) {
  Rig rig;
  ASSERT_TRUE(rig.database.execute(kAccounts).has_value());
  TestEdge edge(rig);
  std::vector<TestClick> clicks;
  for (const std::uint64_t account : {1, 2}) {
    for (const char* query : {"", "gclid=abc", "gclid=abc&fbclid=x"}) {
      clicks.push_back(asking(account, wire::kPrivacyDnt));
      clicks.back().query = query;
    }
  }
  edge.take(clicks);
  edge.send_heartbeat();
  edge.ship(1, 6);
  rig.run_rounds();
  ASSERT_EQ(rig.clicks(), 6);
  EXPECT_EQ(rig.number("select count(*) from clicks where account_id = 1 and params is null and visitor is null"), 3);
  EXPECT_EQ(rig.number("select count(*) from clicks where account_id = 2 and params->>'gclid' = 'abc'"), 2);
}

}  // namespace
}  // namespace footfall::core::testing
