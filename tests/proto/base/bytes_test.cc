#include "proto/base/bytes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace footfall {
namespace {

using namespace std::string_view_literals;

TEST(Crc32c, PublishedVectors) {  // RFC 3720 B.4, and the check value of the CRC catalogue
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43u);
  std::string rising(32, '\0');
  for (std::size_t i = 0; i < rising.size(); ++i) rising[i] = static_cast<char>(i);
  EXPECT_EQ(crc32c(rising), 0x46DD794Eu);
  EXPECT_EQ(crc32c(""), 0u);
}

// Bit by bit, from the definition: what table and hardware must equal.
std::uint32_t crc_by_definition(std::string_view data) {
  std::uint32_t crc = ~0u;
  for (const char c : data) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0u);
  }
  return ~crc;
}

RC_GTEST_PROP(Crc32c, ChainsAndEqualsTheDefinition, (const std::string& a, const std::string& b)) {
  RC_ASSERT(crc32c(a + b) == crc_by_definition(a + b));
  RC_ASSERT(crc32c(b, crc32c(a)) == crc32c(a + b));
  RC_ASSERT(crc32c_by_table(b, crc32c_by_table(a)) == crc32c(a + b));
}

TEST(Hex, SpellsAndParses) {
  EXPECT_EQ(to_hex("\x00\x0F\xA5\xFF"sv), "000fa5ff");
  EXPECT_EQ(from_hex("000fA5Ff"), std::string("\x00\x0F\xA5\xFF"sv));
  EXPECT_EQ(from_hex(""), "");
  for (const char* bad : {"0", "0g", "g0", " 0", "0x", "000"}) EXPECT_EQ(from_hex(bad), std::nullopt) << bad;
}

RC_GTEST_PROP(Hex, RoundTrips, (const std::string& bytes)) { RC_ASSERT(from_hex(to_hex(bytes)) == bytes); }

TEST(PercentCoding, EncodesAllButUnreserved) {
  EXPECT_EQ(percent_encode("azAZ09-._~"), "azAZ09-._~");
  EXPECT_EQ(percent_encode("a b&c=d/é%\x00"sv), "a%20b%26c%3Dd%2F%C3%A9%25%00");
}

TEST(Html, EscapesWhatWouldEndATextOrAnAttribute) {
  EXPECT_EQ(escape_html("<a href=\"x\">Tom & 'Ann'</a>"),
            "&lt;a href=&quot;x&quot;&gt;Tom &amp; &#39;Ann&#39;&lt;/a&gt;");
  EXPECT_EQ(escape_html("żółw 100%"), "żółw 100%");
}

TEST(PercentCoding, LeavesMalformedEscapesAsTheyStand) {
  EXPECT_EQ(percent_decode("%41%7e%2B", false), "A~+");
  EXPECT_EQ(percent_decode("%", false), "%");
  EXPECT_EQ(percent_decode("%4", false), "%4");
  EXPECT_EQ(percent_decode("%4g%g4%%41", false), "%4g%g4%A");
  EXPECT_EQ(percent_decode("a+b%2B", true), "a b+");
  EXPECT_EQ(percent_decode("a+b", false), "a+b");
}

RC_GTEST_PROP(PercentCoding, RoundTrips, (const std::string& text, bool plus_is_space)) {
  RC_ASSERT(percent_decode(percent_encode(text), plus_is_space) == text);
}

TEST(Utf8, ReplacesEachMaximalSubpart) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(valid_utf8("ä€𐍈"), "ä€𐍈");
  EXPECT_EQ(valid_utf8("a\0b"sv), "a" + r + "b");
  EXPECT_EQ(valid_utf8("\x80\xBF"), r + r);  // continuations alone
  EXPECT_EQ(valid_utf8("\xC3("), r + "(");   // the good byte behind survives
  EXPECT_EQ(valid_utf8("\xE2\x82"), r);      // cut short: one
  EXPECT_EQ(valid_utf8("\xF0\x9F\x98x"), r + "x");
  EXPECT_EQ(valid_utf8("\xC0\xAF"), r + r);  // overlong
  EXPECT_EQ(valid_utf8("\xE0\x80\x80"), r + r + r);
  EXPECT_EQ(valid_utf8("\xF0\x80\x80\x80"), r + r + r + r);
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), r + r + r);          // a surrogate
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80"), r + r + r + r);  // beyond U+10FFFF
  EXPECT_EQ(valid_utf8("\xF5\xFF"), r + r);
}

TEST(Utf8, ValidMeansNothingToRepair) {
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_TRUE(is_valid_utf8("\x7F\xC2\x80\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF"));
  EXPECT_FALSE(is_valid_utf8("a\0"sv));
  EXPECT_FALSE(is_valid_utf8("\xFF"));
}

RC_GTEST_PROP(Utf8, RepairIsIdempotentAndKeepsTheGood, (const std::string& bytes)) {
  const std::string repaired = valid_utf8(bytes);
  RC_ASSERT(is_valid_utf8(repaired));
  RC_ASSERT(valid_utf8(repaired) == repaired);
  RC_ASSERT(is_valid_utf8(bytes) == (repaired == bytes));
}

TEST(Utf8, TruncatesBetweenCharacters) {
  EXPECT_EQ(truncate_utf8("aé€", 10), "aé€");
  EXPECT_EQ(truncate_utf8("aé€", 6), "aé€");
  EXPECT_EQ(truncate_utf8("aé€", 5), "aé");
  EXPECT_EQ(truncate_utf8("aé€", 3), "aé");
  EXPECT_EQ(truncate_utf8("aé€", 2), "a");
  EXPECT_EQ(truncate_utf8("€", 2), "");
  EXPECT_EQ(truncate_utf8("€", 0), "");
}

TEST(Utf8, NaughtyStrings) {
  const char* vectors = std::getenv("FOOTFALL_VECTORS");
  if (vectors == nullptr) GTEST_SKIP() << "FOOTFALL_VECTORS is not set";
  std::ostringstream text;
  text << std::ifstream(std::string(vectors) + "/blns/blns.json").rdbuf();
  const boost::json::array strings = boost::json::parse(text.str()).as_array();
  ASSERT_GT(strings.size(), 500u);
  for (const auto& value : strings) {
    const std::string_view naughty = {value.as_string().data(), value.as_string().size()};
    EXPECT_TRUE(is_valid_utf8(naughty)) << naughty;
    EXPECT_EQ(valid_utf8(naughty), naughty);
    EXPECT_EQ(percent_decode(percent_encode(naughty), true), naughty);
    for (std::size_t max = 0; max <= naughty.size(); ++max) {
      ASSERT_TRUE(is_valid_utf8(truncate_utf8(naughty, max))) << naughty << " at " << max;
    }
  }
}

TEST(Utf8, PassesOverOneByteOrderMark) {
  EXPECT_EQ(without_byte_order_mark("\xEF\xBB\xBF{}"), "{}");
  EXPECT_EQ(without_byte_order_mark("{}\xEF\xBB\xBF"), "{}\xEF\xBB\xBF");
  EXPECT_EQ(without_byte_order_mark("\xEF\xBB"), "\xEF\xBB");
  EXPECT_EQ(without_byte_order_mark(""), "");
}

TEST(Ascii, FoldsAndTrims) {
  EXPECT_EQ(to_lower_ascii("AbZ[É"), "abz[É");
  EXPECT_TRUE(equal_ignoring_case("X-API-Key", "x-api-KEY"));
  EXPECT_FALSE(equal_ignoring_case("a", "ab"));
  EXPECT_FALSE(equal_ignoring_case("[", "{"));
  EXPECT_EQ(trim(" \t\r\na b\n "), "a b");
  EXPECT_EQ(trim(" \t"), "");
}

TEST(Bytes, cut_text_splits_neither_an_escape_nor_a_character) {
  EXPECT_EQ(cut_text("abc", 3), "abc");
  EXPECT_EQ(cut_text("abcd", 3), "abc");
  EXPECT_EQ(cut_text("abcd", 0), "");
  EXPECT_EQ(cut_text("ab%20c", 3), "ab");
  EXPECT_EQ(cut_text("ab%20c", 4), "ab");
  EXPECT_EQ(cut_text("ab%20c", 5), "ab%20");
  EXPECT_EQ(cut_text("a\xC3\xA9z", 2), "a");
  EXPECT_EQ(cut_text("a\xC3\xA9z", 3), "a\xC3\xA9");
  for (std::size_t max = 1; max < 7; ++max) EXPECT_EQ(cut_text("a%C3%A9z", max), "a") << max;
  EXPECT_EQ(cut_text("a%C3%A9z", 7), "a%C3%A9");
  const std::string_view smiley = "%F0%9F%98%80x";
  for (std::size_t max = 0; max < 12; ++max) EXPECT_EQ(cut_text(smiley, max), "") << max;
  EXPECT_EQ(cut_text(smiley, 12), "%F0%9F%98%80");
  EXPECT_EQ(cut_text("\xF0\x9F\x98\x80x", 3), "");
  EXPECT_LE(cut_text(std::string(100, '\x80'), 50).size(), 50u);
  EXPECT_EQ(cut_text("100%", 3), "100");
}

}  // namespace
}  // namespace footfall
