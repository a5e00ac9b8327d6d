// COMMON.md D-16: which salts an edge has, and when they go.
#include "edge/directory/visitor_salts.h"

#include <gtest/gtest.h>

#include "edge/directory/entity_codec.h"
#include "proto/schema/directory.pb.h"

namespace footfall::edge {
namespace {

constexpr std::int64_t kDay = 20'000;
constexpr std::int64_t kDayUs = 86'400'000'000;

VisitorSalts days(std::initializer_list<std::int64_t> all, std::uint8_t first_byte = 1) {
  VisitorSalts salts;
  for (const std::int64_t day : all) EXPECT_TRUE(salts.add({day, {first_byte, static_cast<std::uint8_t>(day)}}));
  return salts;
}

TEST(VisitorSalts, AreKeptInOrderAndBounded) {
  VisitorSalts salts = days({1, 2, 3, 4});
  EXPECT_FALSE(salts.add({4, {}}));
  EXPECT_FALSE(salts.add({2, {}}));
  EXPECT_TRUE(salts.add({6, {}}));
  EXPECT_FALSE(salts.add({7, {}})) << "there is room for " << wire::kSaltsMax;
  ASSERT_NE(salts.find(3), nullptr);
  EXPECT_EQ((*salts.find(3))[1], 3);
  EXPECT_EQ(salts.find(5), nullptr);
}

TEST(VisitorSalts, GoAtTheEndOfTheNextDay) {
  const VisitorSalts salts = days({kDay - 1, kDay, kDay + 1});
  EXPECT_EQ(salts.usable_at(kDay * kDayUs), salts);
  EXPECT_EQ(salts.usable_at((kDay + 1) * kDayUs - 1), salts);
  EXPECT_EQ(salts.usable_at((kDay + 1) * kDayUs), days({kDay, kDay + 1}));
  EXPECT_EQ(salts.usable_at((kDay + 3) * kDayUs), VisitorSalts());
}

TEST(VisitorSalts, OfTwoSourcesTheFirstOneCounts) {
  EXPECT_EQ(days({3, 4}).or_else(days({2, 3, 5}, 9)).all().size(), 4u);
  EXPECT_EQ((*days({3, 4}).or_else(days({2, 3, 5}, 9)).find(3))[0], 1);
  EXPECT_EQ((*days({3, 4}).or_else(days({2, 3, 5}, 9)).find(5))[0], 9);
  EXPECT_EQ(days({3}).or_else(VisitorSalts()), days({3}));
  EXPECT_EQ(VisitorSalts().or_else(days({3})), days({3}));
}

TEST(VisitorSalts, AreDecodedOrRefused) {
  schema::VisitorSalts message;
  for (const std::uint32_t day : {7u, 8u}) {
    message.add_salts()->set_day(day);
    message.mutable_salts()->rbegin()->set_salt(std::string(16, 's'));
  }
  const auto salts = decode_salts(message.SerializeAsString());
  ASSERT_TRUE(salts);
  EXPECT_EQ((*salts->find(8))[15], 's');
  EXPECT_EQ(decode_salts(""), VisitorSalts());
  EXPECT_FALSE(decode_salts("\xFF"));
  message.mutable_salts(1)->set_day(7);
  EXPECT_FALSE(decode_salts(message.SerializeAsString())) << "not in order";
  message.mutable_salts(1)->set_day(8);
  message.mutable_salts(1)->set_salt("short");
  EXPECT_FALSE(decode_salts(message.SerializeAsString()));
}

}  // namespace
}  // namespace footfall::edge
