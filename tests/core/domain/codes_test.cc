#include "core/domain/codes.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "core/domain/keys.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

TEST(Codes, AllowsWhatSurvivesAUrl) {
  for (const char* code : {"summer-x7k2", "A", "Jane_Doe", "a.b~c", "2024"}) {
    EXPECT_TRUE(check_code(code).has_value()) << code;
  }
  for (const char* code : {"", "-a", ".well-known", "a b", "a/b", "a?b", "a%20", "ü", "a+b", "{click_id}"}) {
    EXPECT_FALSE(check_code(code).has_value()) << code;
  }
  EXPECT_TRUE(check_code(std::string(64, 'a')).has_value());
  EXPECT_FALSE(check_code(std::string(65, 'a')).has_value());
}

// COMMON.md C-10.
TEST(Codes, RefusesThePathsOfTheApis) {
  for (const char* code : {"v1", "V1", "api", "pb", "health", "c", "metrics", "livez", "readyz", "robots.txt"}) {
    EXPECT_FALSE(check_code(code).has_value()) << code;
  }
  EXPECT_TRUE(check_code("v1x").has_value());
}

TEST(Codes, SlugsAreAsciiAndBounded) {
  EXPECT_EQ(slug_of("Summer Sale 2024!"), "summer-sale-2024");
  EXPECT_EQ(slug_of("  --A  &  B--"), "a-b");
  EXPECT_EQ(slug_of("Żółć"), "campaign");
  EXPECT_LE(slug_of(std::string(300, 'x')).size(), kSlugLengthMax);
}

TEST(Codes, AffiliateCodesLookLikeTheReference) {
  EXPECT_EQ(affiliate_code("summer-sale", 0), "summer-0000");  // BAC-39: summer-x7k2
  EXPECT_EQ(affiliate_code("summer-sale", 0, 8), "summer-00000000");
  EXPECT_EQ(offer_code("My Offer", 0), "MYOFFER000");  // AFS-54: MYOFFER123
}

RC_GTEST_PROP(CodesProperty, WhatIsMadeIsAllowed, (const std::string& name, std::uint64_t random)) {
  RC_ASSERT(check_code(affiliate_code(name, random)).has_value());
  RC_ASSERT(check_code(offer_code(name, random)).has_value());
  RC_ASSERT(check_code(slug_of(name) + "-x").has_value());
}

TEST(Codes, PromotionsAreVisible) {
  EXPECT_TRUE(check_promo_code("SAVE10%").has_value());
  EXPECT_FALSE(check_promo_code("SAVE 10").has_value());
  EXPECT_FALSE(check_promo_code("").has_value());
}

TEST(Keys, AreSpelledAsTheDialectDoes) {
  using enum wire::Dialect;
  using wire::Mode;
  struct Case {
    wire::Dialect dialect;
    KeyKind kind;
    Mode mode;
    const char* prefix;
  };
  for (const auto& c :
       {Case{baclique, KeyKind::secret_key, Mode::live, "sk_live_"},  // BAC-03
        Case{selgeo, KeyKind::public_key, Mode::test, "pk_test_"},    // SEL-06
        Case{selgeo, KeyKind::public_key, Mode::live, "pk_live_"},
        Case{selgeo, KeyKind::secret_key, Mode::test, "sk_test_"},
        Case{selgeo, KeyKind::secret_key, Mode::live, "sk_live_"}, Case{affspace, KeyKind::secret_key, Mode::live, ""},
        Case{affily, KeyKind::secret_key, Mode::live, "aff_pk_live_"},     // AFY-02
        Case{affily, KeyKind::secret_key, Mode::test, "aff_pk_test_"}}) {  // AY-22
    const auto value = new_key_value(c.dialect, c.kind, c.mode);
    ASSERT_TRUE(value.has_value()) << c.prefix;
    EXPECT_TRUE(value->starts_with(c.prefix));
    EXPECT_GE(value->size(), std::string_view(c.prefix).size() + 32);  // BACX-03
    EXPECT_TRUE(check_imported_key(c.dialect, c.kind, c.mode, *value).has_value());
    const auto shape = classify_key(*value);
    EXPECT_EQ(shape.has_value(), *c.prefix != '\0');
    if (shape) {
      EXPECT_EQ(shape->kind, c.kind);
      EXPECT_EQ(shape->mode, c.mode);
    }
  }
  EXPECT_FALSE(new_key_value(baclique, KeyKind::secret_key, Mode::test).has_value());  // BA-21
  EXPECT_FALSE(new_key_value(affspace, KeyKind::secret_key, Mode::test).has_value());
  EXPECT_FALSE(new_key_value(affily, KeyKind::public_key, Mode::live).has_value());
}

TEST(Keys, ImportedOnesMustNotContradictTheirPrefix) {
  using wire::Dialect, wire::Mode;
  EXPECT_TRUE(check_imported_key(Dialect::selgeo, KeyKind::secret_key, Mode::live, "our-old-key-1").has_value());
  EXPECT_TRUE(check_imported_key(Dialect::affspace, KeyKind::secret_key, Mode::live, "8f1c2a77d0").has_value());
  EXPECT_FALSE(check_imported_key(Dialect::selgeo, KeyKind::secret_key, Mode::live, "pk_live_12345678").has_value());
  EXPECT_FALSE(check_imported_key(Dialect::selgeo, KeyKind::secret_key, Mode::live, "sk_test_12345678").has_value());
  EXPECT_FALSE(check_imported_key(Dialect::selgeo, KeyKind::public_key, Mode::live, "aff_pk_live_1").has_value());
  EXPECT_FALSE(check_imported_key(Dialect::affily, KeyKind::secret_key, Mode::live, "pk_live_12345678").has_value());
  EXPECT_FALSE(check_imported_key(Dialect::selgeo, KeyKind::secret_key, Mode::live, "short").has_value());
  EXPECT_FALSE(check_imported_key(Dialect::selgeo, KeyKind::secret_key, Mode::live, "with blank 123").has_value());
}

TEST(Keys, AffilysAreNeverPublic) {  // C-4
  const auto shape = classify_key("aff_pk_live_abc");
  ASSERT_TRUE(shape.has_value());
  EXPECT_EQ(shape->kind, KeyKind::secret_key);
  EXPECT_TRUE(shape->affily);
}

TEST(Keys, ShowLittle) {
  EXPECT_EQ(shown_key("sk_live_abcdefghijklmnop"), "sk_live_…mnop");
  EXPECT_EQ(shown_key("opaque"), "…");
  EXPECT_EQ(key_hash("a").size(), 32u);
  EXPECT_NE(key_hash("a"), key_hash("b"));
}

}  // namespace
}  // namespace footfall::core
