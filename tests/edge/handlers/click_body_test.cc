#include "edge/handlers/click_body.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace footfall::edge {
namespace {

class ClickBodyTest : public testing::Test {
 protected:
  const ClickBody& parse(std::string_view json) { return parser.parse(json); }
  std::string problems(std::string_view json) {
    std::string out;
    for (const Problem& problem : parse(json).problems) {
      (out += problem.field) += ": ";
      (out += problem.message) += "; ";
    }
    return out;
  }
  ClickBodyParser parser;
};

TEST_F(ClickBodyTest, AllSpellings) {
  const ClickBody& body = parse(
      R"({"ref":"abc","url":"https://s.ex/","referrer":"r","visitor_token":"t","click_id":"x","merchant":"pk_1"})");
  EXPECT_TRUE(body.problems.empty());
  EXPECT_EQ(body.ref, "abc");
  EXPECT_EQ(body.url, "https://s.ex/");
  EXPECT_EQ(body.referrer, "r");
  EXPECT_EQ(body.visitor_token, "t");
  EXPECT_EQ(body.click_id, "x");
  EXPECT_EQ(body.key, "pk_1");
  EXPECT_EQ(parse(R"({"ref":"a","page_url":"u","public_key":"k"})").url, "u");
  EXPECT_EQ(parse(R"({"ref":"a","public_key":"k"})").key, "k");
  EXPECT_EQ(parse(R"({"ref":"a","data-merchant":"k"})").key, "k");
}

TEST_F(ClickBodyTest, WhatIsUnknownOrNullIsIgnored) {
  EXPECT_EQ(problems(R"({"ref":"a","x":{"y":[1]},"url":null,"click_id":null,"merchant":7})"), "");
  EXPECT_FALSE(parse(R"({"ref":"a","click_id":null})").click_id);
  EXPECT_EQ(parse(R"({"ref":"a","ref":"b"})").ref, "b");
}

TEST_F(ClickBodyTest, WhatNobodyReadsMayBeBeyondTheParsersLimits) {  // SE-24
  for (const char* value : {"123456789012345678901234567890", "-123456789012345678901234567890", "1e999", "-1E+999",
                            "0.1e-9999", "[1e400,2e400]", R"("\ud800")", R"("a\udc00b")", R"("\ud83d\ud83d\ude00")",
                            R"({"\ud800":18446744073709551616})"}) {
    const std::string json = std::string(R"({"ref":"a","x":)") + value + R"(,"url":"https://s.ex/\ud83d\ude00"})";
    EXPECT_EQ(problems(json), "") << value;
    EXPECT_EQ(parser.parse(json).url, "https://s.ex/\xF0\x9F\x98\x80") << value;
  }
  EXPECT_EQ(problems(R"({"ref":"a","x":)" + std::string(7'000, '[') + std::string(7'000, ']') + "}"), "");
  const std::string cut = R"({"ref":"a","url":"https://s.ex/?q=\ud83d"})";  // cut within an emoji by the page
  EXPECT_EQ(problems(cut), "");
  EXPECT_EQ(parser.parse(cut).url, "https://s.ex/?q=\xEF\xBF\xBD");
}

TEST_F(ClickBodyTest, HalfACharacterNamesNoLink) {  // SE-1
  EXPECT_EQ(problems(R"({"ref":"\ud800"})"), "ref: Expected valid Unicode text; ");
  EXPECT_EQ(problems(R"({"ref":"a\udc00b"})"), "ref: Expected valid Unicode text; ");
  EXPECT_EQ(problems(R"({"ref":"\ud83d\ude00","x":"\ud800"})"), "");
  EXPECT_EQ(problems("{\"ref\":\"\xEF\xBF\xBD\",\"x\":1}"), "") << "a whole character, of which no code is made";
}

TEST_F(ClickBodyTest, AnEmptyClickIdIsAbsent) {
  EXPECT_EQ(problems(R"({"ref":"a","click_id":""})"), "");
  EXPECT_FALSE(parse(R"({"ref":"a","click_id":""})").click_id);
  for (const char* unexpanded : {"{click_id}", "{{click_id}}", "undefined", "null", "%7Bclick_id%7D"}) {
    const std::string sent = unexpanded;
    EXPECT_FALSE(parse(R"({"ref":"a","click_id":")" + sent + R"("})").click_id) << sent;
    EXPECT_EQ(parse(R"({"ref":"a","visitor_token":")" + sent + R"("})").visitor_token, "") << sent;
  }
}

TEST_F(ClickBodyTest, AByteOrderMarkIsPassedOver) {
  EXPECT_EQ(problems("\xEF\xBB\xBF{\"ref\":\"a\"}"), "");
  EXPECT_EQ(parser.parse("\xEF\xBB\xBF{\"ref\":\"a\"}").ref, "a");
  for (const char* body : {"\xEF\xBB\xBF", "\xEF\xBB{}", "\xEF\xBB\xBF\xEF\xBB\xBF{\"ref\":\"a\"}"}) {
    EXPECT_EQ(problems(body), "body: Expected a JSON object; ");
  }
}

TEST_F(ClickBodyTest, NothingStaysFromTheLastOne) {
  parse(R"({"ref":"a","click_id":"x","visitor_token":"t","merchant":"k","url":1})");
  const ClickBody& body = parse("{}");
  EXPECT_TRUE(body.ref.empty() && body.visitor_token.empty() && body.key.empty() && !body.click_id);
  EXPECT_EQ(body.problems.size(), 1u);
}

TEST_F(ClickBodyTest, NamesWhatIsWrong) {
  EXPECT_EQ(problems("{}"), "ref: Required; ");
  EXPECT_EQ(problems(R"({"ref":""})"), "ref: Required; ");
  EXPECT_EQ(problems(R"({"ref":null})"), "ref: Required; ");
  EXPECT_EQ(problems(R"({"ref":17})"), "ref: Expected string, received number; ");
  EXPECT_EQ(problems(R"({"ref":"a","url":["x"],"page_url":{},"referrer":true})"),
            "url: Expected string, received array; page_url: Expected string, received object; "
            "referrer: Expected string, received boolean; ");
  EXPECT_EQ(problems(R"({"ref":")" + std::string(255, 'x') + "\"}"), "");
  EXPECT_EQ(problems(R"({"ref":")" + std::string(256, 'x') + "\"}"), "ref: Must contain at most 255 characters; ");
  EXPECT_NE(problems(R"({"ref":"a","visitor_token":")" + std::string(257, 'x') + "\"}"), "");
  EXPECT_NE(problems(R"({"ref":"a","visitor_token":"a\nb"})"), "");
}

TEST_F(ClickBodyTest, AFieldIsNamedOnce) {
  std::string json = "{";
  for (int i = 0; i < 1'000; ++i) json += "\"ref\":1,";
  EXPECT_EQ(problems(json + "\"url\":1}"),
            "ref: Expected string, received number; url: Expected string, received number; ");
}

TEST_F(ClickBodyTest, OnlyAnObjectIsABody) {
  for (const char* json : {"", "{", "[]", "17", "\"x\"", "null", "{\"ref\":\"x\"} trailing", "{\"ref\":\"a\",\"x\":01}",
                           "{\"ref\":\"a\",\"x\":123456789012345678901.}", "{\"ref\":\"a\",\"x\":1e999e}",
                           "{\"ref\":\"a\",\"x\":\"\\ud80\"}", "{\"ref\":\"a\",\"x\":12345678901234567890 1}",
                           "{'ref':'x'}", "{\"ref\":\"x\",}", "\xEF\xBB\xBF{", "{\"ref\":\"\xFF\"}"}) {
    EXPECT_EQ(problems(json), "body: Expected a JSON object; ") << json;
  }
  EXPECT_EQ(problems(std::string(1, '\0')), "body: Expected a JSON object; ");
}

TEST_F(ClickBodyTest, TakesTheWholeBoundAndNotAByteMore) {
  std::string json = R"({"ref":"a","x":")";
  json += std::string(kClickBodyBytesMax - json.size() - 2, 'x') + "\"}";
  ASSERT_EQ(json.size(), kClickBodyBytesMax);
  EXPECT_EQ(problems(json), "");
  EXPECT_EQ(problems(json + " "), "body: Expected a JSON object; ");
}

// JSONTestSuite: what must be refused is, and what must be taken does not fail as JSON.
TEST_F(ClickBodyTest, JsonTestSuite) {
  const char* vectors = std::getenv("FOOTFALL_VECTORS");
  if (vectors == nullptr) GTEST_SKIP() << "FOOTFALL_VECTORS is not set";
  int seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(vectors) + "/jsontestsuite/test_parsing")) {
    std::ifstream file(entry.path(), std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    const std::string name = entry.path().filename();
    if (name.starts_with("n_")) {
      EXPECT_FALSE(parse(text.str()).problems.empty()) << name;
    }
    // Inside an object a sound value is sound.
    const std::string wrapped = "{\"ref\":\"a\",\"x\":" + text.str() + "}";
    if (wrapped.size() > kClickBodyBytesMax) continue;
    if (name.starts_with("y_")) {
      EXPECT_EQ(problems(wrapped), "") << name;
    }
    ++seen;
  }
  EXPECT_GT(seen, 300);
}

}  // namespace
}  // namespace footfall::edge
