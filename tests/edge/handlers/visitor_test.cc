#include "edge/handlers/visitor.h"

#include <gtest/gtest.h>

#include "tests/edge/handlers/fakes.h"

namespace footfall::edge {
namespace {

using wire::VisitorHash;
constexpr std::int64_t kDayUs = 86'400'000'000;
const SecretsView kSecrets{{1, 2, 3}, {4, 5, 6}, FakeDirectory::salts()};

VisitorParts parts(std::string_view address = "192.0.2.7", std::string_view agent = "A", std::string_view token = "",
                   std::int64_t at_us = kNowUs) {
  return {at_us, http::parse_address(address), agent, token};
}
std::optional<VisitorHash> hash(const VisitorParts& visitor) { return visitor_hash(kSecrets.salts, visitor); }
std::optional<VisitorHash> hash_at(std::int64_t us) { return hash(parts("192.0.2.7", "A", "", us)); }

TEST(VisitorHash, IsTheSameForTheSameVisitorOfADay) {
  ASSERT_TRUE(hash(parts()));
  EXPECT_EQ(hash(parts()), hash(parts()));
  const std::int64_t midnight_us = kNowUs / kDayUs * kDayUs;
  EXPECT_EQ(hash_at(midnight_us), hash_at(midnight_us + kDayUs - 1));
  EXPECT_NE(hash_at(midnight_us), hash_at(midnight_us + kDayUs));
  EXPECT_TRUE(hash_at(midnight_us + kDayUs));
}

TEST(VisitorHash, IsNoneWithoutTheSaltOfTheDay) {
  EXPECT_TRUE(hash_at(kNowUs - kDayUs));
  EXPECT_FALSE(hash_at(kNowUs - 2 * kDayUs)) << "its salt is gone";
  EXPECT_FALSE(hash_at(kNowUs + 2 * kDayUs)) << "its salt has not come";
}

// Core makes the same of an affiliate who uses the portal; tests/proto/wire/visitor_hash_test.cc holds the answer, too.
TEST(VisitorHash, IsTheOneThatCoreMakes) {
  VisitorSalts salts;
  salts.add({wire::utc_day(kNowUs), {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}});
  const auto made = visitor_hash(
      salts, parts("203.0.113.9", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"));
  ASSERT_TRUE(made);
  EXPECT_EQ(to_hex(wire::view_of(*made)), "4622401666937e29254ec1fa8eb5283e");
}

TEST(VisitorHash, DiffersInEveryPart) {
  const auto base = hash(parts());
  VisitorSalts other;
  other.add({wire::utc_day(kNowUs), {9}});
  EXPECT_NE(base, visitor_hash(other, parts()));
  EXPECT_NE(base, hash(parts("192.0.2.8")));
  EXPECT_NE(base, hash(parts("192.0.2.7", "B")));
  EXPECT_NE(base, hash(parts("192.0.2.7", "A", "t")));
  EXPECT_NE(hash(parts("192.0.2.7", "ab", "c")), hash(parts("192.0.2.7", "a", "bc")));
  EXPECT_NE(base, (VisitorHash{}));
}

VisitorToken token(std::uint64_t account, const VisitorParts& visitor, std::uint8_t click = 1) {
  wire::ClickId id;
  id.bytes[0] = click;
  return visitor_token(kSecrets, wire::AccountId{account}, id, visitor);
}

TEST(VisitorToken, IsStableOpaqueAndOfOneAccount) {
  const VisitorToken own = token(1, parts());
  EXPECT_EQ(own, token(1, parts(), 2)) << "of the visitor, not of the click";
  EXPECT_NE(own, token(2, parts()));
  EXPECT_NE(own, token(1, parts("192.0.2.8")));
  EXPECT_GE(own.size(), 22u);
  EXPECT_EQ(std::string_view(own.data(), own.size()).find_first_not_of("0123456789abcdef"), std::string_view::npos);
}

TEST(VisitorToken, WithoutASaltItIsTheClicks) {
  const VisitorParts late = parts("192.0.2.7", "A", "", kNowUs - 5 * kDayUs);
  EXPECT_EQ(token(1, late), token(1, late)) << "a retry has the same answer";
  EXPECT_NE(token(1, late, 1), token(1, late, 2));
  EXPECT_EQ(token(1, late), token(1, parts("192.0.2.9", "B", "", kNowUs - 6 * kDayUs))) << "nothing of the visitor";
}

TEST(VisitorDraw, IsTheSameOnEveryDayAndOfOneNetwork) {
  const auto draw = [](std::uint8_t key, std::uint64_t link, std::string_view address, std::string_view agent) {
    return visitor_draw(Key128{key}, wire::LinkId{link}, http::parse_address(address), agent);
  };
  EXPECT_EQ(draw(1, 7, "2001:db8::1", "A"), draw(1, 7, "2001:db8::2", "A"));
  EXPECT_NE(draw(1, 7, "192.0.2.1", "A"), draw(1, 7, "192.0.2.2", "A"));
  EXPECT_NE(draw(1, 7, "192.0.2.1", "A"), draw(1, 8, "192.0.2.1", "A"));
  EXPECT_NE(draw(1, 7, "192.0.2.1", "A"), draw(1, 7, "192.0.2.1", "B"));
  EXPECT_NE(draw(1, 7, "192.0.2.1", "A"), draw(2, 7, "192.0.2.1", "A"));
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
