// What callers send, read field by field: JSON, forms and queries, in both styles of messages.
#include <gtest/gtest.h>

#include "core/api/field_reader.h"
#include "core/api/paging.h"
#include "core/api/selgeo/conversion_fields.h"

namespace footfall::core {
namespace {

struct Sent {
  ApiRequest request;
  RequestInput input;
  Sent(BodyFormat format, std::string_view body, std::string_view query = {}) : input(request, format) {
    request.method = format == BodyFormat::none ? http::Method::get : http::Method::post;
    request.body = body;
    request.query = query;
  }
};

std::string messages(const FieldReader& read) {
  std::string text;
  for (const FieldProblem& problem : read.problems()) text += problem.field + ": " + problem.message + "\n";
  return text;
}

constexpr std::string_view kIds[] = {"clickid", "click_id", "cid"};
constexpr std::string_view kColours[] = {"red", "green"};

TEST(FieldReader, ReadsEveryTypeFromJson) {
  Sent sent(BodyFormat::json, R"({"t":" a ","n":42,"d":12.50,"b":true,"c":"RED","w":"2024-01-15T10:30:00Z",)"
                              R"("e":"a@b.co","u":"https://Example.com/x","m":"eur","l":["x","y"],"z":null})");
  FieldReader read(sent.input, FieldStyle::terse);
  EXPECT_EQ(read.text("t"), "a");
  EXPECT_EQ(read.text("t", {.is_free = true}), " a ");
  EXPECT_EQ(read.integer("n"), 42);
  EXPECT_EQ(read.decimal("d"), "12.50");
  EXPECT_EQ(read.boolean("b"), true);
  EXPECT_EQ(read.choice("c", kColours), "red");
  EXPECT_EQ(read.time("w"), 1'705'314'600'000'000);
  EXPECT_EQ(read.email("e"), "a@b.co");
  EXPECT_EQ(read.url("u"), "https://example.com/x");
  EXPECT_EQ(read.currency("m"), "EUR");
  EXPECT_EQ(read.texts("l", {}), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(read.text("z"), std::nullopt);
  EXPECT_EQ(messages(read), "");
}

TEST(FieldReader, ReadsEveryTypeFromAQuery) {
  Sent sent(BodyFormat::none, "", "t=a%20b&n=42&d=12.50&b=false&c=green&m=eur&l=x");
  FieldReader read(sent.input, FieldStyle::sentence);
  EXPECT_EQ(read.text("t"), "a b");
  EXPECT_EQ(read.integer("n"), 42);
  EXPECT_EQ(read.decimal("d"), "12.50");
  EXPECT_EQ(read.boolean("b"), false);
  EXPECT_EQ(read.choice("c", kColours), "green");
  EXPECT_EQ(read.currency("m"), "EUR");
  EXPECT_EQ(read.texts("l", {}), std::vector<std::string>{"x"});
  EXPECT_EQ(messages(read), "");
}

TEST(FieldReader, SaysAllProblemsAtOnceInBothStyles) {
  const char* const body = R"({"t":5,"n":"4","f":1.5,"d":"1","b":"true","c":"blue","w":"now","e":"x","u":"ftp://x",)"
                           R"("m":"EURO","l":"x","s":"\ud800","big":101})";
  const auto read_all = [body](FieldStyle style) {
    Sent sent(BodyFormat::json, body);
    FieldReader read(sent.input, style);
    read.text("missing", {.required = true});
    read.text("t");
    read.integer("n");
    read.integer("f");
    read.decimal("d");
    read.boolean("b");
    read.choice("c", kColours);
    read.time("w");
    read.email("e");
    read.url("u");
    read.currency("m");
    read.texts("l", {});
    read.text("s");
    read.integer("big", {.max = 100});
    EXPECT_EQ(read.problems().size(), 14u);
    return messages(read);
  };
  const std::string terse = read_all(FieldStyle::terse);
  for (const char* line :
       {"missing: Required\n", "t: Expected string, received number\n", "n: Expected number, received string\n",
        "f: Expected integer, received float\n", "d: Expected number, received string\n",
        "b: Expected boolean, received string\n", "c: Invalid enum value. Expected 'red' | 'green', received 'blue'\n",
        "w: Invalid datetime\n", "e: Invalid email\n", "u: Invalid url", "m: Invalid ISO 4217 currency code\n",
        "l: Expected array, received string\n", "s: String must be valid text\n",
        "big: Number must be less than or equal to 100\n"}) {
    EXPECT_NE(terse.find(line), std::string::npos) << line << "in\n" << terse;
  }
  const std::string sentences = read_all(FieldStyle::sentence);
  for (const char* line : {"missing: missing is required\n", "t: t must be a string\n", "n: n must be a number\n",
                           "b: b must be a boolean\n", "c: c must be one of red, green\n", "l: l must be an array\n",
                           "s: s contains characters that are not text\n", "big: big must be at most 100\n"}) {
    EXPECT_NE(sentences.find(line), std::string::npos) << line << "in\n" << sentences;
  }
}

TEST(FieldReader, TheCanonicalNameWinsAndBlankCountsAsAbsent) {
  Sent sent(BodyFormat::json_or_form, "cid=c&click_id=b&clickid=", "clickid=q");
  FieldReader read(sent.input, FieldStyle::sentence);
  EXPECT_EQ(read.text(kIds), "q");
  Sent none(BodyFormat::json_or_form, R"({"clickid":"","click_id":" ","cid":null})");
  FieldReader nothing(none.input, FieldStyle::sentence);
  EXPECT_EQ(nothing.text(kIds), std::nullopt);
  EXPECT_EQ(messages(nothing), "");
}

// SE-80
TEST(FieldReader, ANullClearsInAChangeAndMayNotBeReadAsAnythingElse) {
  const std::string body = R"({"a":null,"b":null,"c":"x","d":1,"d":null,"e":null,"e":"y"})";
  Sent sent(BodyFormat::json, body);
  FieldReader read(sent.input, FieldStyle::terse, NullMeaning::clears);
  EXPECT_TRUE(read.cleared("a"));
  EXPECT_FALSE(read.cleared("c"));
  EXPECT_TRUE(read.cleared("d")) << "the last one counts";
  EXPECT_FALSE(read.cleared("e"));
  EXPECT_FALSE(read.cleared("absent"));
  EXPECT_EQ(read.text("e"), "y");
  EXPECT_EQ(messages(read), "");
  EXPECT_EQ(read.text("b"), std::nullopt);
  EXPECT_EQ(read.choice("d", kColours, true), std::nullopt);
  EXPECT_EQ(messages(read), "b: Must not be null\nd: Must not be null\n");

  Sent made(BodyFormat::json, body);
  FieldReader plain(made.input, FieldStyle::terse);
  EXPECT_FALSE(plain.cleared("a"));
  EXPECT_EQ(plain.text("a"), std::nullopt);
  EXPECT_EQ(messages(plain), "");
}

// FC-4
TEST(FieldReader, UnexpandedPlaceholdersAreAbsentAndNoted) {
  Sent sent(BodyFormat::json_or_form, "", "cid={click_id}&txid=null&name=null&sum={amount}&goal=lead");
  FieldReader read(sent.input, FieldStyle::sentence);
  EXPECT_EQ(read.text(kIds), std::nullopt);
  EXPECT_EQ(read.text("txid"), std::nullopt);
  EXPECT_EQ(read.text("name", {.is_free = true}), "null");
  EXPECT_EQ(read.decimal("sum"), std::nullopt);
  EXPECT_EQ(read.text("goal"), "lead");
  EXPECT_EQ(messages(read), "");
  EXPECT_EQ(sent.input.placeholders(), (std::vector<std::string>{"cid", "txid", "sum"}));
}

// D-35
TEST(FieldReader, AFieldThatStandsTwiceInAQueryIsAProblem) {
  for (const char* query : {"status=red&status=green", "status[]=red", "status%5B0%5D=red"}) {
    Sent sent(BodyFormat::none, "", query);
    FieldReader read(sent.input, FieldStyle::sentence);
    EXPECT_EQ(read.choice("status", kColours), std::nullopt) << query;
    EXPECT_EQ(messages(read), "status: status may be given once only\n");
  }
  Sent same(BodyFormat::none, "", "status=red&status=red");
  FieldReader read(same.input, FieldStyle::sentence);
  EXPECT_EQ(read.choice("status", kColours), "red");
}

TEST(FieldReader, AQueryThatLostItsPlusIsReadAsMeant) {
  Sent sent(BodyFormat::none, "", "a=2024-01-15T12:30:00+02:00&b=2024-01-15T12:30:00%2B02:00&c=2024-01-15%2010:30:00Z");
  FieldReader read(sent.input, FieldStyle::sentence);
  EXPECT_EQ(read.time("a"), 1'705'314'600'000'000);
  EXPECT_EQ(read.time("b"), 1'705'314'600'000'000);
  EXPECT_EQ(with_plus_restored("2024-01-15 10:30:00"), "2024-01-15 10:30:00");
}

// D-33
TEST(RequestInput, SaysWhichBodiesItReads) {
  struct Case {
    BodyFormat format;
    const char* type;
    const char* charset;
    const char* body;
    bool is_read;
  };
  const Case cases[] = {
      {BodyFormat::json, "", "", "{}", true},
      {BodyFormat::json, "application/json", "utf-8", "{}", true},
      {BodyFormat::json, "text/json", "", "{}", true},
      {BodyFormat::json, "application/problem+json", "", "{}", true},
      {BodyFormat::json, "application/x-www-form-urlencoded", "", "{}", false},
      {BodyFormat::json, "application/json", "utf-16", "{}", false},
      {BodyFormat::json, "application/json", "iso-8859-1", "{}", true},
      {BodyFormat::json, "application/json", "iso-8859-1", "{\"a\":\"\xe4\"}", false},
      {BodyFormat::json_or_form, "application/x-www-form-urlencoded", "windows-1252", "a=1", true},
      {BodyFormat::json_or_form, "application/x-www-form-urlencoded", "", "{}", true},
      {BodyFormat::json_or_form, "multipart/form-data", "", "--x", false},
      {BodyFormat::json_or_form, "multipart/form-data", "", "", true},
      {BodyFormat::json_or_form, "text/xml", "", "<a/>", false},
      {BodyFormat::none, "text/xml", "", "", true},
  };
  for (const Case& c : cases) {
    Sent sent(c.format, c.body);
    sent.request.content_type = c.type;
    sent.request.charset = c.charset;
    EXPECT_EQ(sent.input.media_type_problem().empty(), c.is_read) << c.type << ' ' << c.charset << ' ' << c.body;
  }
}

TEST(FieldReader, ABodyThatCannotBeReadIsTheOnlyProblem) {
  Sent sent(BodyFormat::json, "nonsense");
  FieldReader read(sent.input, FieldStyle::terse);
  read.text("name", {.required = true});
  EXPECT_EQ(messages(read), "body: Request body is not valid JSON\n");
}

TEST(FieldReader, NumbersAreTextWhereTheRuleSaysSo) {
  Sent sent(BodyFormat::json_or_form, R"({"txid":123456789012345678901234567890,"sum":"149.99"})");
  FieldReader read(sent.input, FieldStyle::sentence);
  EXPECT_EQ(read.text("txid", {.accepts_numbers = true}), "123456789012345678901234567890");
  EXPECT_EQ(read.decimal("sum", {.accepts_text = true}), "149.99");
  EXPECT_EQ(messages(read), "");
}

TEST(FieldReader, Emails) {
  for (const char* good : {"a@b.co", "first.last+tag@sub.example.com"}) EXPECT_TRUE(is_email(good)) << good;
  for (const char* bad :
       {"", "a", "@b.co", "a@", "a@b", "a@.co", "a@b.", "a b@c.de", "a@b@c.de", "a@b..de", "a@b.c\n"}) {
    EXPECT_FALSE(is_email(bad)) << bad;
  }
}

TEST(RequestInput, FindsWhatStandsBehindHundredsOfOthers) {
  std::string query;
  for (int i = 0; i < 1'000; ++i) query += "k=v&amp;";
  Sent sent(BodyFormat::none, "", query + "cid=c");
  FieldReader read(sent.input, FieldStyle::sentence);
  EXPECT_EQ(read.text(kIds), "c");
  std::string flood;
  for (int i = 0; i < 5'000; ++i) flood += "k=v&";
  Sent bounded(BodyFormat::json_or_form, flood);
  EXPECT_EQ(bounded.input.values().size(), 4'096u);
}

TEST(RequestInput, LogsWhatCameWithoutTheKey) {
  Sent sent(BodyFormat::json_or_form, "a=1&secure=hush&b=\xff", "c=3");
  EXPECT_EQ(sent.input.loggable(), "a=1&secure=***&b=\xEF\xBF\xBD&c=3");
  const std::string flood(10'000, 'x');
  Sent long_one(BodyFormat::json_or_form, "a=" + flood);
  EXPECT_EQ(long_one.input.loggable().size(), 4096u);
}

TEST(Paging, OffsetsAreClamped) {
  const auto page = [](const char* query) {
    Sent sent(BodyFormat::none, "", query);
    FieldReader read(sent.input, FieldStyle::sentence);
    const OffsetPage result = read_offset_page(read, 50, 100);
    EXPECT_EQ(messages(read), "");
    return std::pair(result.limit, result.offset);
  };
  EXPECT_EQ(page(""), std::pair(50L, 0L));
  EXPECT_EQ(page("limit=10&offset=20"), std::pair(10L, 20L));
  EXPECT_EQ(page("limit=0&offset=-5"), std::pair(1L, 0L));
  EXPECT_EQ(page("limit=99999999999999999999&offset=99999999999999999999"), std::pair(100L, kOffsetMax));
  Sent sent(BodyFormat::none, "", "limit=ten");
  FieldReader read(sent.input, FieldStyle::sentence);
  read_offset_page(read, 50, 100);
  EXPECT_EQ(messages(read), "limit: limit must be a number\n");
  EXPECT_EQ(boost::json::serialize(pagination({10, 20}, 30)), R"({"limit":10,"offset":20,"total":30})");
}

TEST(Paging, NumberedPagesBeginAtOne) {
  Sent sent(BodyFormat::none, "", "page=3&limit=10");
  FieldReader read(sent.input, FieldStyle::terse);
  const NumberedPage page = read_numbered_page(read, 20, 100);
  EXPECT_EQ(page.offset(), 20);
  EXPECT_EQ(boost::json::serialize(numbered_list({}, page, 25)), R"({"data":[],"total":25,"page":3,"limit":10})");
  Sent wrong(BodyFormat::none, "", "page=0&limit=101");
  FieldReader problems(wrong.input, FieldStyle::terse);
  read_numbered_page(problems, 20, 100);
  EXPECT_EQ(problems.problems().size(), 2u);
}

TEST(Paging, OneRowBeyondThePageShowsThatThereIsMore) {
  Sent sent(BodyFormat::none, "", "limit=2&cursor=conv_1");
  FieldReader read(sent.input, FieldStyle::sentence);
  const CursorPage page = read_cursor_page(read, 100, 500);
  EXPECT_EQ(page.cursor, "conv_1");
  EXPECT_EQ(page.rows_to_read(), 3);
  std::vector<int> rows = {1, 2, 3};
  EXPECT_TRUE(cut_to_page(rows, page));
  EXPECT_EQ(rows, (std::vector<int>{1, 2}));
  EXPECT_FALSE(cut_to_page(rows, page));
}

std::vector<FieldProblem> problems_of(std::string_view body, selgeo::ConversionFields* fields = nullptr) {
  Sent sent(BodyFormat::json, body);
  FieldReader read(sent.input, FieldStyle::terse);
  const auto result = selgeo::read_conversion_fields(read);
  if (fields != nullptr) *fields = result;
  return read.problems();
}

constexpr std::string_view kGood =
    R"({"click_id":"550e8400-e29b-41d4-a716-446655440000","event_type":"purchase","external_transaction_id":"order_456",)"
    R"("amount_cents":4900,"currency":"eur","unknown":[1]})";

TEST(SelgeoConversion, ReadsTheReferencesSample) {
  selgeo::ConversionFields fields;
  EXPECT_TRUE(problems_of(kGood, &fields).empty());
  EXPECT_EQ(fields.amount_cents, 4900);
  EXPECT_EQ(fields.currency, "EUR");
  EXPECT_EQ(wire::to_uuid(*fields.click), "550e8400-e29b-41d4-a716-446655440000");
}

TEST(SelgeoConversion, NamesEveryField) {
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
    const auto problems = problems_of(body);
    ASSERT_EQ(problems.size(), 1u) << body;
    EXPECT_EQ(problems[0].field, c.field);
    EXPECT_EQ(problems[0].message, c.message);
  }
  const auto missing = problems_of("{\"amount_cents\":1}");
  ASSERT_EQ(missing.size(), 3u);
  EXPECT_EQ(missing[0].field, "external_transaction_id");
  EXPECT_EQ(missing[1].field, "event_type");
  EXPECT_EQ(missing[2].field, "currency");
  EXPECT_EQ(problems_of("nonsense")[0].field, "body");
}

TEST(SelgeoConversion, LengthsAreCharactersNotBytes) {
  std::string umlauts;
  for (int i = 0; i < 255; ++i) umlauts += "\xc3\xa4";
  selgeo::ConversionFields fields;
  EXPECT_TRUE(problems_of(R"({"event_type":"x","external_transaction_id":")" + umlauts + "\"}", &fields).empty());
}

}  // namespace
}  // namespace footfall::core
