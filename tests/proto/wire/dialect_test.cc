#include "proto/wire/dialect.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>
#include <tuple>

namespace footfall::wire {
namespace {

using boost::json::object;

const Dialect kDialects[] = {Dialect::baclique, Dialect::selgeo, Dialect::affspace, Dialect::affily};
// What the two programs answer: the guard and the server (GUARD.md), the proxy, and the APIs.
const int kStatuses[] = {400, 401, 402, 403, 404, 405, 408, 409, 410, 411, 413, 414,
                         415, 417, 421, 422, 429, 431, 500, 501, 502, 503, 504, 505};

object parsed(Dialect dialect, int status, std::string_view message = {}, std::string_view code = {}) {
  return boost::json::parse(error_body(dialect, status, message, code)).as_object();
}

TEST(Names, RoundTrip) {
  for (const Dialect dialect : kDialects) EXPECT_EQ(parse_dialect(dialect_name(dialect)), dialect);
  EXPECT_EQ(parse_dialect("none"), std::nullopt);
  EXPECT_EQ(parse_dialect(""), std::nullopt);
  EXPECT_EQ(parse_dialect("Selgeo"), std::nullopt);
}

TEST(ClickIds, AreSpelledAsTheDialectSpellsThem) {
  const ClickId id = parse_uuid("0190f3c2-7a4b-7001-a000-0123456789ab").value();
  EXPECT_EQ(format_click_id(Dialect::baclique, id), to_uuid(id));
  EXPECT_EQ(format_click_id(Dialect::selgeo, id), to_uuid(id));
  EXPECT_EQ(format_click_id(Dialect::affspace, id), to_base32_upper(id));
  EXPECT_EQ(format_click_id(Dialect::affily, id), to_click_prefixed(id));
  EXPECT_EQ(click_parameter(Dialect::baclique), "baclique_id");
  for (const Dialect dialect : {Dialect::selgeo, Dialect::affspace, Dialect::affily}) {
    EXPECT_EQ(click_parameter(dialect), "click_id");
  }
}

struct TellCase {
  std::string_view path;
  std::string_view authorization;
  bool has_api_key_header;
  Dialect expected;
};

TEST(TellDialect, ByCredentialAndPath) {  // C-5, C-13, D-3, D-4, D-6
  const TellCase cases[] = {
      // C-1, C-4: the same path, told by the prefix of the key.
      {"/v1/conversions", "Bearer sk_live_abc", false, Dialect::baclique},
      {"/v1/conversions", "Bearer aff_pk_live_abc", false, Dialect::affily},
      {"/v1/conversions", "bearer   aff_pk_live_abc ", false, Dialect::affily},
      {"/v1/conversions", "", false, Dialect::baclique},
      {"/v1/conversions", "Bearer other", false, Dialect::baclique},
      {"/v1/conversions", "Basic aff_pk_live_abc", false, Dialect::baclique},
      // C-2, C-3.
      {"/api/v1/conversions", "Bearer sk_live_abc", false, Dialect::selgeo},
      {"/api/v1/conversions", "Bearer sk_test_abc", false, Dialect::selgeo},
      {"/api/v1/conversions", "Bearer sk_live_abc", true, Dialect::selgeo},
      {"/api/v1/conversions", "", true, Dialect::affspace},
      {"/api/v1/conversions", "Bearer opaque", false, Dialect::affspace},
      {"/api/v1/conversions", "Bearer a.b.c", false, Dialect::selgeo},
      {"/api/v1/conversions", "", false, Dialect::selgeo},
      {"/v1/whatever", "Bearer sk_test_abc", false, Dialect::selgeo},
      // A path that one dialect alone has decides what a credential leaves open.
      {"/v1/clicks", "", false, Dialect::selgeo},
      {"/v1/clicks", "Bearer pk_test_abc", false, Dialect::selgeo},
      {"/v1/clicks", "Bearer pk_live_abc", false, Dialect::selgeo},
      {"/v1/clicks", "Bearer garbage", false, Dialect::selgeo},
      {"/v1/clicks", "Bearer sk_live_abc", false, Dialect::selgeo},
      {"/v1/clicks", "Bearer aff_pk_live_abc", false, Dialect::affily},
      {"/v1/selgeo.js", "", false, Dialect::selgeo},
      {"/api/v1/auth/login", "", false, Dialect::selgeo},
      {"/v1/campaigns/cmp_1/affiliates", "Bearer garbage", false, Dialect::baclique},
      {"/v1/account", "", false, Dialect::affily},
      {"/v1/offers", "Bearer garbage", false, Dialect::affily},
      {"/v1/deposits", "", false, Dialect::affily},
      {"/api/v1/events", "", false, Dialect::affspace},
      {"/api/v1/stats", "", false, Dialect::affspace},
      {"/api/v1/offers/abc", "", false, Dialect::affspace},
      {"/api/v1/profile", "Bearer opaque", false, Dialect::affspace},
      {"/api/v1/test-sessions/tok", "", false, Dialect::affspace},
      {"/api/v1/partners", "", false, Dialect::selgeo},
      {"/pb", "", false, Dialect::affspace},
      {"/pb/ep1", "", false, Dialect::affspace},
      {"/health", "", false, Dialect::affspace},
      // Fallbacks; a prefix is whole segments.
      {"/api/v1", "", false, Dialect::selgeo},
      {"/api/v10/x", "", false, Dialect::baclique},
      {"/pbx", "", false, Dialect::baclique},
      {"/healthy", "", false, Dialect::baclique},
      {"/v1/clicksmore", "", false, Dialect::baclique},
      {"/", "", false, Dialect::baclique},
      {"", "", false, Dialect::baclique},
  };
  for (const TellCase& c : cases) {
    const RequestShape shape{"edge.example", c.path, c.authorization, c.has_api_key_header};
    EXPECT_EQ(dialect_name(classify_dialect(HostMap{}, shape)), dialect_name(c.expected))
        << c.path << " " << c.authorization << " " << c.has_api_key_header;
  }
}

TEST(TellDialect, TheHostComesFirst) {  // D-1
  HostMap hosts;
  hosts.dialects = {{"ay.example", Dialect::affily}, {"go.example", Dialect::none}};
  hosts.short_link_hosts = {"go.example"};
  EXPECT_EQ(classify_dialect(hosts, {"ay.example", "/api/v1/conversions", "Bearer sk_live_x", true}), Dialect::affily);
  EXPECT_EQ(classify_dialect(hosts, {"go.example", "/api/v1/conversions", "Bearer sk_live_x", false}), Dialect::selgeo);
  EXPECT_EQ(hosts.dialect_of("ay.example"), Dialect::affily);
  EXPECT_EQ(hosts.dialect_of("x.example"), std::nullopt);
  EXPECT_TRUE(hosts.is_short_link_host("go.example"));
  EXPECT_FALSE(hosts.is_short_link_host("ay.example"));
}

TEST(ErrorBody, Baclique) {  // BAC-09, BAC-10
  for (const int status : kStatuses) {
    const object body = parsed(Dialect::baclique, status);
    EXPECT_EQ(body.size(), 1u) << status;
    EXPECT_FALSE(body.at("error").as_string().empty()) << status;
  }
  EXPECT_EQ(error_body(Dialect::baclique, 404, "Campaign not found"), R"({"error":"Campaign not found"})");
  EXPECT_EQ(error_body(Dialect::baclique, 401), R"({"error":"Invalid or missing API key"})");
  EXPECT_EQ(error_body(Dialect::baclique, 429), R"({"error":"Rate limit exceeded. 100 requests per minute."})");
}

TEST(ErrorBody, Selgeo) {  // SEL-32, SEL-33
  for (const int status : kStatuses) {
    const object body = parsed(Dialect::selgeo, status);
    EXPECT_EQ(body.at("statusCode"), status);
    for (const char* member : {"message", "error", "code"}) EXPECT_FALSE(body.at(member).as_string().empty());
    EXPECT_EQ(body.contains("details"), status == 400) << status;
  }
  // SEL-19, word for word.
  EXPECT_EQ(error_body(Dialect::selgeo, 429),
            R"({"statusCode":429,"message":"Rate limit exceeded","error":"Too Many Requests",)"
            R"("code":"RATE_LIMIT_EXCEEDED"})");
  // SEL-34: the message is fixed, the details tell.
  EXPECT_EQ(error_body(Dialect::selgeo, 400, "Malformed \"JSON\""),
            R"({"statusCode":400,"message":"Validation failed","error":"Bad Request","code":"VALIDATION_ERROR",)"
            R"("details":[{"field":"","message":"Malformed \"JSON\""}]})");
  EXPECT_TRUE(parsed(Dialect::selgeo, 400).at("details").as_array().empty());
  // SEL-44, word for word; SEL-36..51.
  EXPECT_EQ(error_body(Dialect::selgeo, 409, "", "REFERRAL_CODE_TAKEN"),
            R"({"statusCode":409,"message":"Referral code already taken","error":"Conflict",)"
            R"("code":"REFERRAL_CODE_TAKEN"})");
  EXPECT_EQ(parsed(Dialect::selgeo, 401).at("code"), "INVALID_API_KEY");
  EXPECT_EQ(parsed(Dialect::selgeo, 401, "", "INVALID_PUBLIC_KEY").at("message"), "Invalid public key");
  EXPECT_EQ(parsed(Dialect::selgeo, 403).at("code"), "FORBIDDEN");
  EXPECT_EQ(parsed(Dialect::selgeo, 404).at("code"), "NOT_FOUND");
  EXPECT_EQ(parsed(Dialect::selgeo, 500).at("code"), "INTERNAL_ERROR");
  EXPECT_EQ(parsed(Dialect::selgeo, 503).at("error"), "Service Unavailable");
  const object no_signal = parsed(Dialect::selgeo, 422, "Say who sent it", "NO_ATTRIBUTION_SIGNAL");
  EXPECT_EQ(no_signal.at("message"), "Say who sent it");
  EXPECT_EQ(no_signal.at("code"), "NO_ATTRIBUTION_SIGNAL");
}

TEST(ErrorBody, Affspace) {  // AFS-06..12
  for (const int status : kStatuses) {
    const object body = parsed(Dialect::affspace, status);
    EXPECT_EQ(body.size(), 2u);
    EXPECT_EQ(body.at("success"), false);
    EXPECT_EQ(body.at("error").as_object().size(), 2u);
    EXPECT_FALSE(body.at("error").at("message").as_string().empty());
  }
  const std::pair<int, const char*> codes[] = {{400, "VALIDATION_ERROR"},
                                               {401, "UNAUTHORIZED"},
                                               {404, "NOT_FOUND"},
                                               {429, "RATE_LIMITED"},
                                               {500, "INTERNAL_ERROR"}};
  for (const auto& [status, code] : codes) EXPECT_EQ(parsed(Dialect::affspace, status).at("error").at("code"), code);
  EXPECT_EQ(error_body(Dialect::affspace, 401),
            R"({"success":false,"error":{"code":"UNAUTHORIZED","message":"API key required"}})");
  EXPECT_EQ(error_body(Dialect::affspace, 401, "", "INVALID_API_KEY"),
            R"({"success":false,"error":{"code":"INVALID_API_KEY","message":"Invalid API key"}})");
  EXPECT_EQ(error_body(Dialect::affspace, 400, "Click not found"),
            R"({"success":false,"error":{"code":"VALIDATION_ERROR","message":"Click not found"}})");
}

TEST(ErrorBody, Affily) {  // AFY-05..15
  for (const int status : kStatuses) {
    const object body = parsed(Dialect::affily, status);
    EXPECT_EQ(body.size(), 1u);
    EXPECT_TRUE(body.at("error").at("details").is_object());
    EXPECT_FALSE(body.at("error").at("message").as_string().empty());
  }
  const std::pair<int, const char*> codes[] = {
      {400, "validation_error"}, {401, "invalid_api_key"},    {402, "insufficient_deposit"}, {403, "forbidden"},
      {404, "not_found"},        {409, "duplicate_order_id"}, {410, "click_expired"},        {422, "validation_error"},
      {429, "rate_limit"},       {500, "internal_error"}};
  for (const auto& [status, code] : codes) EXPECT_EQ(parsed(Dialect::affily, status).at("error").at("code"), code);
  EXPECT_EQ(error_body(Dialect::affily, 422, "Invalid body"),
            R"({"error":{"code":"validation_error","message":"Invalid body","details":{}}})");
}

TEST(ErrorBody, EachStatusHasWordsOfItsOwn) {  // but 422, which three dialects word as 400
  for (const Dialect dialect : kDialects) {
    std::set<std::tuple<std::string, std::string>> words;
    std::set<std::string> reasons;
    for (const int status : kStatuses) {
      const ErrorText text = error_text(dialect, status);
      const bool is_new = words.emplace(text.code, text.message).second;
      EXPECT_TRUE(is_new || (status == 422 && dialect != Dialect::selgeo)) << dialect_name(dialect) << " " << status;
      if (dialect != Dialect::selgeo) continue;
      EXPECT_TRUE(reasons.emplace(parsed(dialect, status).at("error").as_string()).second) << status;
    }
  }
}

TEST(ErrorBody, OfAHostThatIsNotServedAndOfAVersion) {
  EXPECT_EQ(error_body(Dialect::baclique, 421), R"({"error":"This host is not served here"})");
  EXPECT_EQ(error_body(Dialect::selgeo, 421),
            R"({"statusCode":421,"message":"This host is not served here","error":"Misdirected Request",)"
            R"("code":"MISDIRECTED_REQUEST"})");
  EXPECT_EQ(error_body(Dialect::affspace, 505), R"({"success":false,"error":{"code":"HTTP_VERSION_NOT_SUPPORTED",)"
                                                R"("message":"HTTP version not supported"}})");
  EXPECT_EQ(error_body(Dialect::affily, 505),
            R"({"error":{"code":"http_version_not_supported","message":"HTTP version not supported","details":{}}})");
}

TEST(ErrorBody, AStatusThatIsNotListedSpeaksAsItsClass) {
  EXPECT_EQ(parsed(Dialect::selgeo, 418).at("statusCode"), 418);
  EXPECT_EQ(parsed(Dialect::affily, 599).at("error").at("code"), "internal_error");
  for (const Dialect dialect : kDialects) EXPECT_FALSE(parsed(dialect, 418).empty());
}

TEST(ErrorBody, NeverBreaksOutOfItsString) {
  for (const Dialect dialect : kDialects) {
    EXPECT_NO_THROW(parsed(dialect, 400, "\"}\n\x01\xFF</script>", "")) << dialect_name(dialect);
  }
}

}  // namespace
}  // namespace footfall::wire
