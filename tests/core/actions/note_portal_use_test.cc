// SE-65, D-16: as which visitors an affiliate was in the portal.
#include "core/actions/note_portal_use.h"

#include <gtest/gtest.h>

#include "core/storage/portal_visitors.h"
#include "core/storage/visitor_salts.h"
#include "tests/core/storage/shared_postgres.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kToday = 20'423, kDay_us = 86'400'000'000, kNoon_us = kToday * kDay_us + kDay_us / 2;
constexpr std::string_view kAddress("\xcb\x00\x71\x09", 4);

class PortalUse : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(rotate_visitor_salts(database, kToday - 1));
    ASSERT_TRUE(rotate_visitor_salts(database, kToday));
    for (UserRow* const row : {&zoe, &jane}) {
      row->public_id = row == &zoe ? "usr_1" : "usr_2";
      row->email = row->public_id + "@example.com";
      ASSERT_TRUE(insert_user(database, *row));
    }
  }
  void note(const UserRow& user, std::string_view agent, std::int64_t now_us = kNoon_us) {
    const auto noted = note_portal_use(database, user.id, {kAddress, agent, {}}, now_us);
    ASSERT_TRUE(noted) << noted.error().message;
  }
  std::string one(std::string_view sql) {
    auto rows = database.query(sql);
    return rows ? std::string(rows->text(0, 0)) : rows.error().message;
  }
  Database database = fresh_database();
  UserRow zoe, jane;
};

TEST_F(PortalUse, IsNotedForTodayAndYesterdayAsTheEdgeHashesAClick) {
  note(zoe, "Firefox");
  const auto days = visitor_days(database, zoe.id, kToday - 1, kToday + 1);
  ASSERT_TRUE(days);
  ASSERT_EQ(days->size(), 3u);
  for (const VisitorDay& day : *days) {
    EXPECT_EQ(day.has(wire::visitor_hash(day.salt.salt, {kAddress, "Firefox", {}})), day.salt.day <= kToday);
    EXPECT_FALSE(day.has(wire::visitor_hash(day.salt.salt, {kAddress, "Chrome", {}})));
  }
  EXPECT_EQ(one("select count(*) from portal_visitors"), "2");
}

TEST_F(PortalUse, IsWrittenOnceForEachPlaceAndBrowserOfADay) {
  note(zoe, "Firefox");
  const std::string first = one("select string_agg(ctid::text || xmin, ' ' order by visitor) from portal_visitors");
  note(zoe, "Firefox", kNoon_us + 3'600'000'000);
  EXPECT_EQ(one("select string_agg(ctid::text || xmin, ' ' order by visitor) from portal_visitors"), first);
  note(zoe, "Chrome");
  note(jane, "Firefox");
  EXPECT_EQ(
      one("select string_agg(n::text, ' ' order by user_id) from (select user_id, count(*) n from portal_visitors "
          "group by 1) x"),
      "4 2");
}

TEST_F(PortalUse, TheOldestMakeRoom) {
  note(jane, "Firefox");
  for (std::int64_t n = 0; n < kPortalVisitorsMax; ++n) note(zoe, "agent " + std::to_string(n));
  EXPECT_EQ(one("select count(*) from portal_visitors where user_id = 1"), std::to_string(kPortalVisitorsMax));
  EXPECT_EQ(one("select count(*) from portal_visitors where user_id = 2"), "2");
  const auto days = visitor_days(database, zoe.id, kToday, kToday);
  ASSERT_TRUE(days);
  ASSERT_EQ(days->size(), 1u);
  const VisitorDay& today = days->front();
  const auto hash = [&](std::string_view agent) { return wire::visitor_hash(today.salt.salt, {kAddress, agent, {}}); };
  EXPECT_FALSE(today.has(hash("agent 0")));
  EXPECT_TRUE(today.has(hash("agent " + std::to_string(kPortalVisitorsMax - 1))));
}

TEST_F(PortalUse, GoesWithTheSaltOfItsDay) {
  note(zoe, "Firefox");
  ASSERT_TRUE(rotate_visitor_salts(database, kToday + 1));
  EXPECT_EQ(one("select string_agg((day - date '1970-01-01')::text, ' ') from portal_visitors"), "20423");
  note(zoe, "Firefox", kNoon_us + kDay_us);
  ASSERT_TRUE(rotate_visitor_salts(database, kToday + 3));
  EXPECT_EQ(one("select count(*) from portal_visitors"), "0");
  note(zoe, "Firefox", kNoon_us + 30 * kDay_us);  // a day without a salt
  EXPECT_EQ(one("select count(*) from portal_visitors"), "0");
}

TEST_F(PortalUse, OfWhoWasErasedMeanwhileNothingIsKept) {
  ASSERT_TRUE(store_erased_user(database, zoe.id));
  note(zoe, "Firefox");
  EXPECT_EQ(one("select count(*) from portal_visitors"), "0");
}

}  // namespace
}  // namespace footfall::core
