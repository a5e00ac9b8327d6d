// JSON from callers, taken apart without losing a digit.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "core/api/json_input.h"
#include "tests/support/child_process.h"

namespace footfall::core {
namespace {

std::optional<JsonObject> parse(std::string_view body) {
  std::string problem;
  return JsonObject::parse(body, problem);
}

TEST(JsonInput, KeepsNumbersAsTheyWereWritten) {
  const auto object =
      parse(R"( { "a" : 99.990 , "b":"x\u0041\"},{", "c":{"d":[1,2]}, "e":[ "}" ], "f":1e2,"g":true,"h":null} )");
  ASSERT_TRUE(object);
  EXPECT_EQ(object->find("a")->text, "99.990");
  EXPECT_EQ(object->find("b")->text, "xA\"},{");
  EXPECT_EQ(object->find("c")->text, R"({"d":[1,2]})");
  EXPECT_EQ(object->find("e")->text, R"([ "}" ])");
  EXPECT_EQ(object->find("f")->integer(), 100);
  EXPECT_EQ(object->find("g")->kind, JsonKind::boolean);
  EXPECT_EQ(object->find("h"), nullptr);
  EXPECT_EQ(object->find("z"), nullptr);
}

TEST(JsonInput, TheLastOfARepeatedNameCounts) {
  EXPECT_EQ(parse(R"({"a":1,"a":2})")->find("a")->text, "2");
  EXPECT_EQ(parse(R"({"a":1,"a":null})")->find("a"), nullptr);
}

TEST(JsonInput, IntegersOnly) {
  const auto integer = [](const char* number) {
    return parse(std::string("{\"n\":") + number + "}")->find("n")->integer();
  };
  EXPECT_EQ(integer("4900"), 4900);
  EXPECT_EQ(integer("4900.0"), 4900);
  EXPECT_EQ(integer("-0"), 0);
  EXPECT_EQ(integer("9223372036854775807"), INT64_MAX);
  EXPECT_FALSE(integer("49.5"));
  EXPECT_FALSE(integer("1e300"));
  EXPECT_FALSE(integer("9223372036854775808"));
}

TEST(JsonInput, IntegersBeyondTheMachinesKeepTheirDigits) {
  const auto object = parse(
      R"({"txid":123456789012345678901234567890,"n":-18446744073709551616 ,"s":"123456789012345678901234567890\"",)"
      R"("deep":{"a":[1,99999999999999999999999]},"f":12345678901234567890123.5,"e":1e2,"last":100000000000000000000})");
  ASSERT_TRUE(object);
  EXPECT_EQ(object->find("txid")->text, "123456789012345678901234567890");
  EXPECT_EQ(object->find("txid")->kind, JsonKind::number);
  EXPECT_FALSE(object->find("txid")->integer());
  EXPECT_EQ(object->find("n")->text, "-18446744073709551616");
  EXPECT_EQ(object->find("s")->text, "123456789012345678901234567890\"");
  EXPECT_EQ(object->find("deep")->text, R"({"a":[1,99999999999999999999999]})");
  EXPECT_EQ(object->find("f")->text, "12345678901234567890123.5");
  EXPECT_EQ(object->find("last")->text, "100000000000000000000");
  for (const char* body : {"{\"a\":0123456789012345678901234}", "{\"a\":1234567890123456789012345x}",
                           "{\"a\":1234567890123456789012345-1}", "{\"a\":+1234567890123456789012345}",
                           "{\"a\":1234567890123456789012345 6}", "{\"a\":1234567890123456789012345,}"}) {
    EXPECT_FALSE(parse(body)) << body;
  }
}

// What nobody reads must not spoil a request (SE-24, D-34), whatever limits a machine's numbers or strings have.
TEST(JsonInput, TakesNumbersAndStringsOfAnySize) {
  const auto object = parse(R"({"big":1e999,"small":-1e-999,"exponent":1e99999999999999999999,)"
                            R"("lone":"a\ud800b","low":"\udc00","wrong":"\ud800\ud800\udc00","pair":"\ud83d\ude00"})");
  ASSERT_TRUE(object);
  EXPECT_EQ(object->find("big")->text, "1e999");
  EXPECT_FALSE(object->find("big")->integer());
  EXPECT_FALSE(object->find("exponent")->integer());
  EXPECT_FALSE(object->find("lone")->is_text);
  EXPECT_EQ(object->find("lone")->text,
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_FALSE(object->find("low")->is_text);
  EXPECT_FALSE(object->find("wrong")->is_text);
  EXPECT_TRUE(object->find("pair")->is_text);
  EXPECT_EQ(object->find("pair")->text, "\xF0\x9F\x98\x80");
  for (const char* body : {R"({"a":"\ud80"})", R"({"a":"\uD800\u12"})", R"({"a":"\x"})", R"({"a":"\u+123"})",
                           R"({"a":1e})", R"({"a":1.})", R"({"a":.5})", R"({"a":-})", "{\"a\":\"\x01\"}",
                           "{\"a\":\"\xED\xA0\x80\"}", "{\"a\":\"x", "{\"a\":\"\\", R"({"a" 1})", R"({"a":tru})"}) {
    EXPECT_FALSE(parse(body)) << body;
  }
}

TEST(JsonInput, ElementsOfAnArray) {
  const auto elements = parse_json_array(R"([ "a,]" , 12 ,[3], {"b":[]}, null])");
  ASSERT_TRUE(elements);
  ASSERT_EQ(elements->size(), 5u);
  EXPECT_EQ((*elements)[0].text, "a,]");
  EXPECT_EQ((*elements)[1].text, "12");
  EXPECT_EQ((*elements)[2].text, "[3]");
  EXPECT_EQ((*elements)[3].kind, JsonKind::object);
  EXPECT_TRUE(parse_json_array("[]")->empty());
  EXPECT_FALSE(parse_json_array("{}"));
  EXPECT_FALSE(parse_json_array("[1,]"));
}

TEST(JsonInput, RefusesWhatIsNoObject) {
  for (const char* body : {"", "[]", "1", "\"a\"", "{", "{\"a\":1}x", "{\"a\":01}", "{'a':1}", "{\"a\":\"\xff\"}"}) {
    EXPECT_FALSE(parse(body)) << body;
  }
  std::string deep = "{\"a\":";
  for (int i = 0; i < 200; ++i) deep += '[';
  for (int i = 0; i < 200; ++i) deep += ']';
  EXPECT_TRUE(parse(deep + "}"));
  std::string problem;
  EXPECT_FALSE(JsonObject::parse("{\"a\":" + std::string(100'000, '['), problem));
  EXPECT_EQ(problem, "Request body is nested too deeply");
  std::string wide = "{";
  for (std::size_t i = 1; i < JsonObject::kMembersMax; ++i) wide += "\"k" + std::to_string(i) + "\":1,";
  EXPECT_TRUE(parse(wide + "\"z\":1}"));
  EXPECT_FALSE(JsonObject::parse(wide + "\"y\":1,\"z\":1}", problem));
  EXPECT_EQ(problem, "Request body has too many members");
}

TEST(JsonInput, AgreesWithJsonTestSuite) {
  const char* const vectors = std::getenv("FOOTFALL_VECTORS");
  if (vectors == nullptr) GTEST_SKIP() << "FOOTFALL_VECTORS is not set";
  int documents = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(vectors) / "jsontestsuite/test_parsing")) {
    const std::string name = entry.path().filename();
    // As a member of an object, so that every valid document is one that we take.
    const auto object = parse("{\"a\":" + support::read_file(entry.path()) + "}");
    if (name.starts_with("y_")) {
      EXPECT_TRUE(object) << name;
    }
    // What is invalid in some implementations only is valid here, but for bytes that are not UTF-8.
    if (name.starts_with("i_") && name.find("utf") == std::string::npos && name.find("UTF") == std::string::npos &&
        name.find("invalid") == std::string::npos && name.find("overlong") == std::string::npos &&
        name.find("truncated") == std::string::npos && name.find("500_nested") == std::string::npos &&
        name.find("not_in_unicode_range") == std::string::npos && name.find("iso_latin") == std::string::npos &&
        name.find("BOM") == std::string::npos) {
      EXPECT_TRUE(object) << name;
    }
    // Some that are invalid as a whole become valid inside a wrapper, such as a value followed by a bracket.
    if (name.starts_with("n_") && name.find("structure") == std::string::npos) {
      EXPECT_FALSE(object) << name;
    }
    ++documents;
  }
  EXPECT_GT(documents, 300);
}

}  // namespace
}  // namespace footfall::core
