// What callers send: JSON taken apart without losing a digit, forms, and Selgeo's body field by field.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "core/api/exchange.h"
#include "core/api/json_input.h"
#include "core/api/selgeo/report.h"
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

TEST(JsonInput, RefusesWhatIsNoObject) {
  for (const char* body : {"", "[]", "1", "\"a\"", "{", "{\"a\":1}x", "{\"a\":01}", "{'a':1}", "{\"a\":\"\xff\"}"}) {
    EXPECT_FALSE(parse(body)) << body;
  }
  std::string deep = "{\"a\":";
  for (int i = 0; i < 100; ++i) deep += '[';
  for (int i = 0; i < 100; ++i) deep += ']';
  EXPECT_FALSE(parse(deep + "}"));
  std::string wide = "{";
  for (int i = 0; i < 300; ++i) wide += "\"k" + std::to_string(i) + "\":1,";
  EXPECT_FALSE(parse(wide + "\"z\":1}"));
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
    // Some that are invalid as a whole become valid inside a wrapper, such as a value followed by a bracket.
    if (name.starts_with("n_") && name.find("structure") == std::string::npos) {
      EXPECT_FALSE(object) << name;
    }
    ++documents;
  }
  EXPECT_GT(documents, 300);
}

TEST(JsonInput, Emails) {
  for (const char* good : {"a@b.co", "first.last+tag@sub.example.com"}) EXPECT_TRUE(looks_like_email(good)) << good;
  for (const char* bad :
       {"", "a", "@b.co", "a@", "a@b", "a@.co", "a@b.", "a b@c.de", "a@b@c.de", "a@b..de", "a@b.c\n"}) {
    EXPECT_FALSE(looks_like_email(bad)) << bad;
  }
}

TEST(Form, DecodesInOrderAndIsBounded) {
  const auto pairs = decode_form("a=1&b=%20x+y&&c&a=2");
  ASSERT_EQ(pairs.size(), 4u);
  EXPECT_EQ(pairs[1].second, " x y");
  EXPECT_EQ(pairs[2], (std::pair<std::string, std::string>("c", "")));
  EXPECT_EQ(pairs[3].second, "2");
  std::string flood;
  for (int i = 0; i < 1000; ++i) flood += "k=v&";
  EXPECT_EQ(decode_form(flood).size(), 200u);
}

std::vector<selgeo::FieldIssue> issues_of(std::string_view body) {
  selgeo::Report report;
  return selgeo::read_report(body, report);
}

constexpr std::string_view kGood =
    R"({"click_id":"550e8400-e29b-41d4-a716-446655440000","event_type":"purchase","external_transaction_id":"order_456",)"
    R"("amount_cents":4900,"currency":"eur","unknown":[1]})";

TEST(SelgeoReport, ReadsTheReferencesSample) {
  selgeo::Report report;
  EXPECT_TRUE(selgeo::read_report(kGood, report).empty());
  EXPECT_EQ(report.amount_cents, 4900);
  EXPECT_EQ(report.currency, "EUR");
  EXPECT_EQ(wire::to_uuid(*report.click), "550e8400-e29b-41d4-a716-446655440000");
}

TEST(SelgeoReport, NamesEveryField) {
  struct Case {
    const char* member;
    const char* field;
    const char* message;
  };
  const std::string long_text(256, 'x');
  const std::string long_id = R"("external_transaction_id":")" + long_text + "\"";
  const std::string long_type = R"("event_type":")" + std::string(101, 'x') + "\"";
  const Case cases[] = {
      {R"("amount_cents":"4900")", "amount_cents", "Expected number, received string"},
      {R"("amount_cents":49.5)", "amount_cents", "Expected integer, received float"},
      {R"("amount_cents":-1)", "amount_cents", "Number must be greater than or equal to 0"},
      {R"("click_id":"abc")", "click_id", "Invalid uuid"},
      {R"("click_id":5)", "click_id", "Expected string, received number"},
      {R"("currency":"EURO")", "currency", "Invalid ISO 4217 currency code"},
      {R"("occurred_at":"yesterday")", "occurred_at", "Invalid datetime"},
      {R"("prospect_email":"nobody")", "prospect_email", "Invalid email"},
      {R"("event_type":"")", "event_type", "String must contain at least 1 character(s)"},
      {R"("event_type":"a\u0000b")", "event_type", "String must not contain a null character"},
      {long_id.c_str(), "external_transaction_id", "String must contain at most 255 character(s)"},
      {long_type.c_str(), "event_type", "String must contain at most 100 character(s)"},
  };
  for (const Case& c : cases) {
    const std::string body = std::string(kGood.substr(0, kGood.size() - 1)) + "," + c.member + "}";
    const auto issues = issues_of(body);
    ASSERT_EQ(issues.size(), 1u) << body;
    EXPECT_EQ(issues[0].field, c.field);
    EXPECT_EQ(issues[0].message, c.message);
  }
  const auto missing = issues_of("{\"amount_cents\":1}");
  ASSERT_EQ(missing.size(), 3u);
  EXPECT_EQ(missing[0].field, "external_transaction_id");
  EXPECT_EQ(missing[1].field, "event_type");
  EXPECT_EQ(missing[2].field, "currency");
  EXPECT_EQ(issues_of("nonsense")[0].field, "body");
}

TEST(SelgeoReport, LengthsAreCharactersNotBytes) {
  std::string umlauts;
  for (int i = 0; i < 255; ++i) umlauts += "\xc3\xa4";
  selgeo::Report report;
  EXPECT_TRUE(
      selgeo::read_report(R"({"event_type":"x","external_transaction_id":")" + umlauts + "\"}", report).empty());
}

}  // namespace
}  // namespace footfall::core
