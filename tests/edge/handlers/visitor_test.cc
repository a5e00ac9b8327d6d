#include "edge/handlers/visitor.h"

#include <gtest/gtest.h>

#include "tests/edge/handlers/fakes.h"

namespace footfall::edge {
namespace {

constexpr Key128 kKey{1, 2, 3};
constexpr std::int64_t kDayUs = 86'400'000'000;

VisitorParts parts(std::string_view address = "192.0.2.7", std::string_view agent = "A", std::string_view token = "",
                   std::int64_t at_us = kNowUs) {
  return {at_us, http::parse_address(address), agent, token};
}

TEST(VisitorHash, IsTheSameForTheSameVisitorOfADay) {
  EXPECT_EQ(visitor_hash(kKey, parts()), visitor_hash(kKey, parts()));
  const std::int64_t midnight_us = kNowUs / kDayUs * kDayUs;
  const auto at = [](std::int64_t us) { return visitor_hash(kKey, parts("192.0.2.7", "A", "", us)); };
  EXPECT_EQ(at(midnight_us), at(midnight_us + kDayUs - 1));
  EXPECT_NE(at(midnight_us), at(midnight_us + kDayUs));
}

TEST(VisitorHash, DiffersInEveryPart) {
  const VisitorHash base = visitor_hash(kKey, parts());
  EXPECT_NE(base, visitor_hash(Key128{9}, parts()));
  EXPECT_NE(base, visitor_hash(kKey, parts("192.0.2.8")));
  EXPECT_NE(base, visitor_hash(kKey, parts("192.0.2.7", "B")));
  EXPECT_NE(base, visitor_hash(kKey, parts("192.0.2.7", "A", "t")));
  EXPECT_NE(visitor_hash(kKey, parts("192.0.2.7", "ab", "c")), visitor_hash(kKey, parts("192.0.2.7", "a", "bc")));
  EXPECT_NE(base, (VisitorHash{}));
}

TEST(VisitorHash, LooksNoFurtherThanWhatIsKept) {
  const std::string long_agent(600, 'x');
  EXPECT_EQ(visitor_hash(kKey, parts("192.0.2.7", long_agent)),
            visitor_hash(kKey, parts("192.0.2.7", long_agent + "y")));
  visitor_hash(kKey, parts("2001:db8::1", std::string(10'000, 'x'), std::string(10'000, 'y')));
}

TEST(VisitorToken, IsStableOpaqueAndOfOneAccount) {
  const VisitorToken token = visitor_token(kKey, wire::AccountId{1}, parts());
  EXPECT_EQ(token, visitor_token(kKey, wire::AccountId{1}, parts()));
  EXPECT_NE(token, visitor_token(kKey, wire::AccountId{2}, parts()));
  EXPECT_NE(token, visitor_token(kKey, wire::AccountId{1}, parts("192.0.2.8")));
  EXPECT_GE(token.size(), 22u);
  EXPECT_EQ(std::string_view(token.data(), token.size()).find_first_not_of("0123456789abcdef"), std::string_view::npos);
}

TEST(KeptAddress, IsCutByDefault) {
  using http::parse_address;
  EXPECT_EQ(kept_address(parse_address("203.0.113.77"), AddressKept::truncated).text(), "203.0.113.0");
  EXPECT_EQ(kept_address(parse_address("2001:db8:1:2:3:4:5:6"), AddressKept::truncated).text(), "2001:db8:1::");
  EXPECT_EQ(kept_address(parse_address("203.0.113.77"), AddressKept::full).text(), "203.0.113.77");
  EXPECT_EQ(kept_address(parse_address("203.0.113.77"), AddressKept::none).size, 0);
  EXPECT_EQ(kept_address({}, AddressKept::truncated).size, 0);
}

}  // namespace
}  // namespace footfall::edge
