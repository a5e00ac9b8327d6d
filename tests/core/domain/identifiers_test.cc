// FC-1: what matters in an identifier, and what does not.
#include "core/domain/identifiers.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

TEST(Identifiers, BlanksAtTheEndsDoNotMatter) {
  EXPECT_EQ(tidy_identifier("  order-5\t\r\n"), "order-5");
  EXPECT_EQ(tidy_identifier("\xC2\xA0order-5\xE2\x80\xAF\xE3\x80\x80"), "order-5");  // U+00A0, U+202F, U+3000
  EXPECT_EQ(tidy_identifier(" \xC2\xA0 "), "");
}

TEST(Identifiers, InvisibleCharactersDoNotMatterAnywhere) {
  EXPECT_EQ(tidy_identifier("\xEF\xBB\xBF"
                            "ord\xE2\x80\x8B"
                            "er\xC2\xAD-5\xE2\x81\xA0"),
            "order-5");
}

TEST(Identifiers, BlanksInsideAreOneKindOfBlank) {
  EXPECT_EQ(tidy_identifier("Summer\xC2\xA0Sale"), "Summer Sale");
  EXPECT_EQ(tidy_identifier("Summer  Sale"), "Summer  Sale");
}

TEST(Identifiers, TidyKeepsTheCase) { EXPECT_EQ(tidy_identifier("Order-A"), "Order-A"); }

TEST(Identifiers, NamesAreComparedWithoutCase) {
  EXPECT_EQ(fold_identifier(" PURCHASE"), "purchase");
  EXPECT_EQ(fold_identifier("ÀÉÎÕÜÞ ŻÓŁĆ Ÿ"), "àéîõüþ żółć ÿ");
  EXPECT_EQ(fold_identifier("ΠΏΛΗΣΗ"), "πώληση");
  EXPECT_EQ(fold_identifier("ПОКУПКА Ё"), "покупка ё");
  EXPECT_EQ(fold_identifier("×ß購入"), "×ß購入");
}

TEST(Identifiers, BytesThatAreNoTextStay) {
  EXPECT_EQ(tidy_identifier(" a\xFF\xC2"), "a\xFF\xC2");
  EXPECT_EQ(fold_identifier("A\xE2\x80"), "a\xE2\x80");
}

// Text of letters, blanks and invisible characters in any order.
rc::Gen<std::string> pasted_text() {
  const auto piece = rc::gen::element<std::string>("a", "B", "ż", "Ł", "-", " ", "\t", "\xC2\xA0", "\xE2\x80\x8B",
                                                   "\xEF\xBB\xBF", "\xC2\xAD", "購", "\xFF", "\xE2\x80");
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece), [](const std::vector<std::string>& pieces) {
    std::string text;
    for (const std::string& one : pieces) text += one;
    return text;
  });
}

RC_GTEST_PROP(Identifiers, TidyingAndFoldingTwiceChangesNothing, ()) {
  const std::string text = *pasted_text();
  const std::string tidy = tidy_identifier(text), folded = fold_identifier(text);
  RC_ASSERT(tidy_identifier(tidy) == tidy);
  RC_ASSERT(fold_identifier(folded) == folded);
  RC_ASSERT(fold_identifier(tidy) == folded);
}

RC_GTEST_PROP(Identifiers, VisibleAsciiFoldsLikeCodes, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::inRange<char>('!', '~'));
  RC_ASSERT(fold_identifier(text) == to_lower_ascii(text));
}

}  // namespace
}  // namespace footfall::core
