// Click ids: four spellings of one value (C-8), and the tag of an id that an edge minted (PROTOCOL.md 11).
#include "proto/wire/ids.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "proto/base/bytes.h"

namespace footfall::wire {
namespace {

constexpr Key128 kTagKey = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
constexpr Key128 kOtherKey = {2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
constexpr std::int64_t kNowUs = 1'700'000'000'000'000;

ClickId of_hex(std::string_view hex) { return click_id_from_bytes(from_hex(hex).value()).value(); }

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

rc::Gen<ClickId> any_id() {
  return rc::gen::map(rc::gen::container<std::array<std::uint8_t, 16>>(rc::gen::arbitrary<std::uint8_t>()),
                      [](const std::array<std::uint8_t, 16>& bytes) { return ClickId{bytes}; });
}

TEST(Spelling, OfAKnownId) {
  const ClickId id = of_hex("0190f3c27a4b7001a0000123456789ab");
  EXPECT_EQ(to_uuid(id), "0190f3c2-7a4b-7001-a000-0123456789ab");
  // The same 128 bits as Crockford base32, most significant first: what a ULID library prints.
  EXPECT_EQ(to_base32_upper(id), "01J3SW4YJBE00T00014D2PF2DB");
  EXPECT_EQ(to_click_prefixed(id), "click_01j3sw4yjbe00t00014d2pf2db");
  EXPECT_EQ(to_base32_upper(of_hex(std::string(32, 'f'))), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
  EXPECT_EQ(to_base32_upper(ClickId{}), std::string(26, '0'));
}

TEST(Spelling, RoundTripsInEveryFormAndCase) {
  EXPECT_TRUE(rc::check([] {
    const ClickId id = *any_id();
    for (const std::string& text :
         {to_uuid(id), to_base32_upper(id), to_lower_ascii(to_base32_upper(id)), to_click_prefixed(id)}) {
      RC_ASSERT(parse_click_id(text) == id);
      RC_ASSERT(parse_click_id(upper(text)) == id);
      RC_ASSERT(!parse_click_id(text + "0"));
      RC_ASSERT(!parse_click_id(text.substr(1)));
      RC_ASSERT(!parse_click_id(" " + text));
    }
    RC_ASSERT(parse_uuid(to_uuid(id)) == id);
    RC_ASSERT(!parse_uuid(to_base32_upper(id)));
  }));
}

TEST(Spelling, RefusesEverythingElse) {
  for (const std::string& text :
       {std::string(), std::string("test_0123456789ABCDEF"), std::string("0M8K2L9P5QRS"), std::string(26, 'z'),
        "8" + std::string(25, '0'), std::string(25, '0'), std::string(27, '0'), std::string(32, '0'),
        "clack_" + std::string(26, '0'), "click-" + std::string(26, '0'),
        // Letters that Crockford leaves out: one id must have one spelling.
        "0" + std::string(25, 'I'), "0" + std::string(25, 'l'), "0" + std::string(25, 'O'), "0" + std::string(25, 'U'),
        std::string(26, '\xC3'), std::string("{0190f3c2-7a4b-7001-a000-0123456789a}"),
        std::string("0190f3c2-7a4b-7001-a000-0123456789ag"), std::string("0190f3c27-a4b-7001-a000-0123456789ab"),
        std::string("0190f3c2-7a4b-7001-a0000-123456789ab"), std::string("0190f3c2_7a4b_7001_a000_0123456789ab"),
        std::string("0190f3c2-7a4b-7001-a000-01234567-9ab"), std::string(36, '-'), std::string(36, '0')}) {
    EXPECT_FALSE(parse_click_id(text)) << text;
    EXPECT_FALSE(parse_uuid(text)) << text;
  }
}

TEST(Spelling, ParsingAnythingIsSafeAndCanonical) {
  EXPECT_TRUE(rc::check([](const std::string& text) {
    const auto id = parse_click_id(text);
    if (id)
      RC_ASSERT(equal_ignoring_case(to_uuid(*id), text) || equal_ignoring_case(to_base32_upper(*id), text) ||
                equal_ignoring_case(to_click_prefixed(*id), text));
  }));
}

TEST(Mint, LaysOutWhatTheHeaderSays) {
  ClickIdMint mint(0xABC, 0x2A);
  const ClickId id = mint.mint(kNowUs + 999, kTagKey);
  EXPECT_TRUE(is_uuid_v7(id));
  EXPECT_EQ(id.time_ms(), kNowUs / 1000);
  EXPECT_EQ(id.edge_number(), 0xABCu);
  EXPECT_EQ(id.bytes[10] & 0x3F, 0x2A);  // 2 variant, 16 tag, 6 worker: the worker ends the third byte
  EXPECT_TRUE(has_valid_tag(id, kTagKey));
}

TEST(Mint, EveryBitIsUnderTheTag) {
  ClickIdMint mint(7, 3);
  int false_alarms = 0;
  for (int round = 0; round < 20; ++round) {
    const ClickId id = mint.mint(kNowUs, kTagKey);
    for (std::size_t bit = 0; bit < 128; ++bit) {
      ClickId forged = id;
      forged.bytes[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
      false_alarms += has_valid_tag(forged, kTagKey) ? 1 : 0;
    }
    false_alarms += has_valid_tag(id, kOtherKey) ? 1 : 0;
  }
  EXPECT_LE(false_alarms, 2);  // 2,580 forgeries against 16 bits: 0.04 expected
}

TEST(Mint, ANonV7IdNeverHasAValidTag) {
  ClickIdMint mint(7, 3);
  ClickId id = mint.mint(kNowUs, kTagKey);
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x40);
  EXPECT_FALSE(is_uuid_v7(id));
  EXPECT_FALSE(has_valid_tag(id, kTagKey));
  EXPECT_FALSE(is_uuid_v7(ClickId{}));
}

TEST(Mint, IsMonotonicInTimeAndUniqueWhenTheClockStepsBack) {
  ClickIdMint mint(1, 1);
  std::set<ClickId> seen;
  std::int64_t last_ms = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::int64_t jump_us = i % 1000 == 500 ? -3'600'000'000 : i;  // an hour back, now and then
    const ClickId id = mint.mint(kNowUs + jump_us, kTagKey);
    ASSERT_GE(id.time_ms(), last_ms);
    last_ms = id.time_ms();
    ASSERT_TRUE(seen.insert(id).second);
    ASSERT_TRUE(has_valid_tag(id, kTagKey));
  }
  EXPECT_EQ(last_ms, (kNowUs + 99'999) / 1000);
}

TEST(Mint, AFullMillisecondBorrowsFromTheNext) {
  ClickIdMint mint(1, 1);
  std::set<std::pair<std::int64_t, std::uint64_t>> seen;  // without the tag, so that it cannot hide a repetition
  std::int64_t last_ms = 0;
  for (int i = 0; i < 3'000'000; ++i) {
    const ClickId id = mint.mint(kNowUs, kTagKey);
    last_ms = id.time_ms();
    if (i % 16 == 0) {
      std::uint64_t rest = 0;
      for (std::size_t byte = 11; byte < 16; ++byte) rest = rest << 8 | id.bytes[byte];
      ASSERT_TRUE(seen.emplace(last_ms, rest).second);
    }
  }
  EXPECT_GT(last_ms, kNowUs / 1000);
  EXPECT_LT(last_ms, kNowUs / 1000 + 10);
}

TEST(Mint, WorkersAndEdgesDoNotMeet) {
  ClickIdMint first(1, 0);
  ClickIdMint second(1, 63);
  ClickIdMint third(4095, 63);
  std::set<ClickId> seen;
  for (int i = 0; i < 1000; ++i) {
    for (ClickIdMint* mint : {&first, &second, &third}) EXPECT_TRUE(seen.insert(mint->mint(kNowUs, kTagKey)).second);
  }
  EXPECT_DEATH(ClickIdMint(4096, 0), "check.failed");
  EXPECT_DEATH(ClickIdMint(0, 64), "check.failed");
}

TEST(EdgeNumber, IsStableAndTwelveBits) {
  EXPECT_EQ(edge_number_of("edge-1"), 359u);  // an edge keeps its number over releases
  EXPECT_EQ(edge_number_of("edge-2"), 659u);
}

TEST(Incarnation, SpellsAndParses) {
  const Incarnation one = Incarnation::random();
  EXPECT_NE(one, Incarnation::random());
  EXPECT_EQ(one.hex().size(), 32u);
  EXPECT_EQ(Incarnation::from_hex(one.hex()), one);
  EXPECT_EQ(Incarnation::from_bytes(one.view()), one);
  EXPECT_EQ(Incarnation::from_hex(one.hex().substr(2)), std::nullopt);
  EXPECT_EQ(Incarnation::from_hex("x" + one.hex().substr(1)), std::nullopt);
  EXPECT_EQ(Incarnation::from_bytes(""), std::nullopt);
}

TEST(PublicId, IsPrefixAndBase32) {
  const std::string id = new_public_id("conv_");
  ASSERT_EQ(id.size(), 31u);
  EXPECT_TRUE(id.starts_with("conv_"));
  EXPECT_EQ(id, to_lower_ascii(id));
  EXPECT_TRUE(parse_click_id(id.substr(5)));
  EXPECT_NE(id, new_public_id("conv_"));
}

}  // namespace
}  // namespace footfall::wire
