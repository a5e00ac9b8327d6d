// The salts of visitor hashes in the database (COMMON.md D-16).
#include "core/storage/visitor_salts.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "tests/core/storage/shared_postgres.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kToday = 20'423;

std::set<std::int64_t> days_of(const std::vector<wire::VisitorSalt>& salts) {
  std::set<std::int64_t> days;
  for (const auto& salt : salts) days.insert(salt.day);
  return days;
}

TEST(VisitorSalts, AreMadeAheadOnceAndDeletedAfterTheNextDay) {
  Database database = fresh_database();
  const auto first = rotate_visitor_salts(database, kToday);
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_EQ(days_of(*first), (std::set<std::int64_t>{kToday, kToday + 1, kToday + 2, kToday + 3}));
  std::set<Key128> different;
  for (const auto& salt : *first) different.insert(salt.salt);
  EXPECT_EQ(different.size(), 4u);
  EXPECT_EQ(*rotate_visitor_salts(database, kToday), *first);

  const auto next = rotate_visitor_salts(database, kToday + 1).value();
  EXPECT_EQ(days_of(next), (std::set<std::int64_t>{kToday, kToday + 1, kToday + 2, kToday + 3, kToday + 4}));
  EXPECT_EQ(next[0], (*first)[0]);
  EXPECT_EQ(days_of(rotate_visitor_salts(database, kToday + 2).value()),
            (std::set<std::int64_t>{kToday + 1, kToday + 2, kToday + 3, kToday + 4, kToday + 5}));
  EXPECT_EQ(database.query("select count(*) from visitor_salts")->integer(0, 0), 5);
  EXPECT_EQ(days_of(rotate_visitor_salts(database, kToday + 100).value()).size(), 4u);
}

TEST(VisitorSalts, AreMadeForTheDaysBeforeThoseOfAClockThatStoodAhead) {
  for (std::int64_t ahead = 1; ahead <= 8; ++ahead) {
    Database database = fresh_database();
    ASSERT_TRUE(rotate_visitor_salts(database, kToday + ahead).has_value());
    for (std::int64_t today = kToday; today <= kToday + ahead + 1; ++today) {
      const auto days = days_of(rotate_visitor_salts(database, today).value());
      for (std::int64_t day = today; day <= today + wire::kSaltDaysAhead; ++day) {
        EXPECT_TRUE(days.contains(day)) << "day " << day - kToday << " on day " << today - kToday << ", " << ahead;
      }
    }
  }
}

TEST(VisitorSalts, AreAlikeForWhoeverComesFirst) {
  const std::string url = fresh_database_url();
  std::vector<std::vector<wire::VisitorSalt>> seen(4);
  {
    std::vector<std::jthread> callers;
    for (auto& one : seen) {
      callers.emplace_back([&url, &one] {
        Database database(url);
        one = rotate_visitor_salts(database, kToday).value();
      });
    }
  }
  for (const auto& one : seen) EXPECT_EQ(one, seen.front());
  EXPECT_EQ(seen.front().size(), 4u);
}

}  // namespace
}  // namespace footfall::core
