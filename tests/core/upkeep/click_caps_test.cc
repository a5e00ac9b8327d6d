// COMMON.md D-41: links that have reached their cap of human clicks.
#include "core/storage/click_caps.h"

#include <gtest/gtest.h>

#include "core/storage/rollups.h"
#include "core/storage/waiting_work.h"
#include "core/upkeep/upkeep.h"
#include "tests/core/ingest/rig.h"

namespace footfall::core::testing {
namespace {

class ClickCapRig {
 public:
  ClickCapRig() : url(fresh_database_url()), database(url) {
    run("insert into accounts (id, public_id, dialect, name, currency, link_host) overriding system value values "
        "(1, 'acc_1', 'selgeo', 'Shop', 'USD', 'c.localhost')");
    run("insert into campaigns (id, public_id, account_id, slug, name, target_url) overriding system value values "
        "(1, 'prg_1', 1, 'shop', 'Shop', 'https://shop.example/')");
    run("insert into affiliates (id, public_id, account_id, email, status) overriding system value values "
        "(1, 'aff_1', 1, 'a@b.example', 'active')");
  }
  void add_link(int id, const std::string& cap, const std::string& affiliate = "1") {
    const std::string number = std::to_string(id);
    run("insert into links (id, public_id, account_id, host, code, code_fold, campaign_id, affiliate_id, click_cap) "
        "overriding system value values (" +
        number + ", 'lnk_" + number + "', 1, 'c.localhost', 'c" + number + "', 'c" + number + "', 1, " + affiliate +
        ", " + cap + ")");
  }
  // Human clicks and others, as ingest counts them.
  void add_clicks(std::uint64_t link, std::int64_t net, std::int64_t gross, std::int64_t stream = 1,
                  std::uint64_t affiliate = 1) {
    constexpr std::int64_t kQuarter = 1'960'000;
    Rollups rollups;
    rollups.add({kQuarter, wire::CampaignId{1}, wire::AffiliateId{affiliate}, wire::LinkId{link}, wire::AccountId{1}},
                {gross, net, 0});
    if (auto written = rollups.write(database, stream); !written) throw std::runtime_error(written.error().message);
  }
  std::int64_t apply(std::int64_t limit = 100) { return apply_click_caps(database, limit).value_or(-1); }
  bool is_capped(int link) { return number("is_capped::int", link) == 1; }
  std::int64_t version(int link) { return number("version", link); }
  void run(const std::string& sql) {
    auto done = database.execute(sql);
    if (!done) throw std::runtime_error(done.error().message);
  }

  const std::string url;
  Database database;

 private:
  std::int64_t number(const std::string& column, int link) {
    auto rows = database.query("select " + column + " from links where id = $1", {link});
    if (!rows) throw std::runtime_error(rows.error().message);
    return rows->integer(0, 0);
  }
};

TEST(ClickCaps, ALinkIsCappedByItsHumanClicks) {
  ClickCapRig rig;
  rig.add_link(1, "5");
  rig.apply();
  rig.add_clicks(1, 4, 400);
  EXPECT_EQ(rig.apply(), 1);
  EXPECT_FALSE(rig.is_capped(1));
  const std::int64_t version = rig.version(1);
  rig.add_clicks(1, 1, 1, 2);  // of another edge's stream
  EXPECT_EQ(rig.apply(), 1);
  EXPECT_TRUE(rig.is_capped(1));
  EXPECT_EQ(rig.version(1), version + 1) << "edges are told";
  rig.add_clicks(1, 3, 3);
  EXPECT_EQ(rig.apply(), 1);
  EXPECT_EQ(rig.version(1), version + 1) << "and told once";
  EXPECT_EQ(rig.apply(), 0);
}

TEST(ClickCaps, LinksWithoutACapAreNotNoted) {
  ClickCapRig rig;
  rig.add_link(1, "null");
  rig.add_clicks(1, 1'000, 1'000);
  EXPECT_EQ(rig.apply(), 0);
  EXPECT_FALSE(rig.is_capped(1));
}

TEST(ClickCaps, AChangedCapIsCountedAnew) {
  ClickCapRig rig;
  rig.add_link(1, "null");
  rig.add_clicks(1, 10, 10);
  rig.run("update links set click_cap = 10 where id = 1");
  rig.apply();
  EXPECT_TRUE(rig.is_capped(1));
  rig.run("update links set click_cap = 11 where id = 1");
  rig.apply();
  EXPECT_FALSE(rig.is_capped(1));
  rig.run("update links set click_cap = 1 where id = 1");
  rig.apply();
  EXPECT_TRUE(rig.is_capped(1));
  rig.run("update links set click_cap = null where id = 1");
  rig.apply();
  EXPECT_FALSE(rig.is_capped(1));
}

TEST(ClickCaps, ClicksOfTimesWithoutCreditCount) {
  ClickCapRig rig;
  rig.add_link(1, "2");
  rig.add_link(2, "2", "null");
  rig.add_clicks(1, 1, 1, 1, 1);
  rig.add_clicks(1, 1, 1, 1, 0);
  rig.add_clicks(2, 1, 1, 1, 0);
  rig.apply();
  EXPECT_TRUE(rig.is_capped(1));
  EXPECT_FALSE(rig.is_capped(2)) << "another link of the campaign";
}

TEST(ClickCaps, ClicksThatAreJudgedAnewMayOpenItAgain) {
  ClickCapRig rig;
  rig.add_link(1, "2");
  rig.add_clicks(1, 2, 2);
  rig.apply();
  ASSERT_TRUE(rig.is_capped(1));
  rig.add_clicks(1, -1, 0);
  rig.apply();
  EXPECT_FALSE(rig.is_capped(1));
}

TEST(ClickCaps, UpkeepLooksForThem) {
  ClickCapRig rig;
  Metrics metrics;
  UpkeepOptions options;
  options.postgres_url = rig.url;
  Upkeep upkeep(options, system_clock(), metrics);
  ASSERT_TRUE(eventually([&] { return upkeep.round(); }));
  EXPECT_FALSE(waiting_upkeep(rig.database, 0)->click_caps);
  rig.add_link(1, "2");
  rig.add_clicks(1, 2, 2);
  EXPECT_TRUE(waiting_upkeep(rig.database, 0)->click_caps);
  upkeep.frequent_rounds();
  EXPECT_TRUE(rig.is_capped(1));
  EXPECT_FALSE(waiting_upkeep(rig.database, 0)->click_caps);
}

TEST(ClickCaps, UpkeepTakesAllNotes) {
  ClickCapRig rig;
  rig.run(
      "insert into links (public_id, account_id, host, code, code_fold, campaign_id, click_cap) select 'lnk_' || n, "
      "1, 'c.localhost', n, n, 1, 1 from generate_series(1, 5000) n");
  rig.run(
      "insert into click_rollups (stream_id, day, account_id, mode, campaign_id, affiliate_id, link_id, net) select "
      "1, '2026-01-01', 1, 0, 1, 0, id, 1 from links");
  Metrics metrics;
  UpkeepOptions options;
  options.postgres_url = rig.url;
  Upkeep upkeep(options, system_clock(), metrics);
  ASSERT_FALSE(upkeep.click_caps_round()) << "without the lock";
  ASSERT_TRUE(eventually([&] { return upkeep.round(); }));
  EXPECT_TRUE(upkeep.click_caps_round());
  auto capped = rig.database.query("select count(*) from links where is_capped");
  ASSERT_TRUE(capped);
  EXPECT_EQ(capped->integer(0, 0), 5'000);
  EXPECT_EQ(rig.apply(), 0);
}

}  // namespace
}  // namespace footfall::core::testing
