// POST /v1/clicks: keys, bodies, limits, a client's own ids (PROTOCOL.md 11).
#include "edge/handlers/clicks.h"

#include <gtest/gtest.h>

#include <set>

#include "proto/schema/click.pb.h"
#include "tests/edge/handlers/handler_fixture.h"

namespace footfall::edge {
namespace {

constexpr const char* kBody = R"({"ref":"abc","url":"https://shop.example/p?sub1=x&utm_source=m#f"})";

MadeRequest post(std::string body = kBody, std::string target = "/v1/clicks") {
  return MadeRequest(http::Method::post, "selgeo.localhost", std::move(target), std::move(body))
      .with("User-Agent", "Mozilla/5.0")
      .with("Content-Type", "application/json");
}
MadeRequest keyed(std::string body = kBody) { return post(std::move(body)).with("X-Public-Key", kPublicKey); }
MadeRequest typed(std::string type, std::string body = kBody) {
  return MadeRequest(http::Method::post, "selgeo.localhost", "/v1/clicks", std::move(body))
      .with("Content-Type", std::move(type))
      .with("X-Public-Key", kPublicKey)
      .with("User-Agent", "A");
}

// A version 7 id of that time; `rest` tells ids apart.
std::string client_id(std::int64_t at_us, std::uint8_t rest = 1) {
  wire::ClickId id;
  const std::int64_t ms = at_us / 1'000;
  for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  id.bytes[6] = 0x70;
  id.bytes[8] = 0x80;
  id.bytes[15] = rest;
  return wire::to_uuid(id);
}
std::string with_id(const std::string& id) { return R"({"ref":"abc","click_id":")" + id + "\"}"; }

class ClicksTest : public testing::Test, protected HandlerFixture {
 protected:
  schema::Click recorded() {
    schema::ClickBatch batch;
    EXPECT_TRUE(batch.ParseFromString(logged()));
    EXPECT_GE(batch.clicks_size(), 1);
    return batch.clicks(batch.clicks_size() - 1);
  }
  void expect_refused(MadeRequest request, int status, std::string_view code, Refusal reason) {
    const std::uint64_t before = refused(reason);
    const Answer answer = sent(std::move(request));
    EXPECT_EQ(answer.status, status) << answer.body;
    EXPECT_NE(answer.body.find("\"code\":\"" + std::string(code) + "\""), std::string::npos) << answer.body;
    EXPECT_NE(answer.body.find("\"statusCode\":" + std::to_string(status)), std::string::npos) << answer.body;
    EXPECT_EQ(answer.type, "application/json");
    EXPECT_TRUE(answer.has_cors());
    EXPECT_TRUE(answer.field("x-request-id"));
    EXPECT_EQ(refused(reason), before + 1);
    EXPECT_TRUE(equation_closes());
  }
};

TEST_F(ClicksTest, AnswersBothWays) {
  const auto owed = HandlerFixture::owed(keyed());
  EXPECT_EQ(owed.safe.status, 201);
  EXPECT_EQ(owed.safe.type, "application/json");
  EXPECT_TRUE(owed.safe.has_cors());
  EXPECT_TRUE(owed.safe.body.starts_with(R"({"click_id":")")) << owed.safe.body;
  EXPECT_EQ(owed.otherwise.status, 503);
  EXPECT_EQ(owed.otherwise.field("retry-after"), "1");
  EXPECT_TRUE(owed.otherwise.has_cors());
  EXPECT_NE(owed.otherwise.body.find("SERVICE_UNAVAILABLE"), std::string::npos);
  recorder.decided(1, false);
  EXPECT_EQ(refused(Refusal::log_unavailable), 1u);
  EXPECT_EQ(probe.unrecorded.value(), 0u);
  EXPECT_TRUE(equation_closes());
}

TEST_F(ClicksTest, RecordsWhatItWasTold) {
  const auto owed = HandlerFixture::owed(
      keyed(R"({"ref":"ABC","url":"https://shop.example/p?sub1=x#f","referrer":"https://r.example/"})")
          .with("X-Forwarded-For", "203.0.113.77"));
  const schema::Click click = recorded();
  EXPECT_EQ(click.account(), 3u);
  EXPECT_EQ(click.campaign(), 10u);
  EXPECT_EQ(click.link(), 100u);
  EXPECT_EQ(click.affiliate(), 20u);
  EXPECT_EQ(click.key(), 5u);
  EXPECT_EQ(click.source(), 1u);
  EXPECT_EQ(click.landing(), "https://shop.example/p?sub1=x#f");
  EXPECT_EQ(click.query(), "sub1=x");
  EXPECT_EQ(click.referrer(), "https://r.example/");
  EXPECT_EQ(click.ip(), std::string("\xCB\x00\x71\x00", 4));
  EXPECT_EQ(click.visitor().size(), 16u);
  EXPECT_NE(owed.safe.body.find(wire::to_uuid(*wire::click_id_from_bytes(click.id()))), std::string::npos);
}

TEST_F(ClicksTest, WithoutAUrlThePageThatCalledIsTheLanding) {
  owed(keyed(R"({"ref":"abc"})").with("Referer", "https://shop.example/q?sub2=y"));
  EXPECT_EQ(recorded().landing(), "https://shop.example/q?sub2=y");
  EXPECT_EQ(recorded().query(), "sub2=y");
  EXPECT_EQ(recorded().referrer(), "");
}

TEST_F(ClicksTest, TheKeyInAllItsPlaces) {
  const std::string in_body = R"({"ref":"abc","merchant":")" + kPublicKey + "\"}";
  for (MadeRequest& request :
       std::vector<MadeRequest>{keyed(), post().with("Authorization", "Bearer " + kPublicKey),
                                post().with("authorization", "bearer " + kPublicKey), post(in_body),
                                post(R"({"ref":"abc","public_key":")" + kPublicKey + "\"}"),
                                post(R"({"ref":"abc","data-merchant":")" + kPublicKey + "\"}"),
                                post(kBody, "/v1/clicks?key=" + kPublicKey)}) {
    EXPECT_EQ(handle(request).owed.size(), 1u);
  }
}

TEST_F(ClicksTest, TheFirstKeyThatIsGivenDecides) {
  expect_refused(post(kBody, "/v1/clicks?key=" + kPublicKey).with("X-Public-Key", "pk_live_other"), 401,
                 "INVALID_PUBLIC_KEY", Refusal::invalid_key);
}

TEST_F(ClicksTest, NoKeyNoneKnownOrASecretOne) {
  expect_refused(post(), 401, "INVALID_PUBLIC_KEY", Refusal::invalid_key);
  expect_refused(post("no json"), 401, "INVALID_PUBLIC_KEY", Refusal::invalid_key);
  expect_refused(post().with("X-Public-Key", "pk_test_wrong"), 401, "INVALID_PUBLIC_KEY", Refusal::invalid_key);
  expect_refused(post().with("Authorization", "Bearer sk_live_abc"), 401, "INVALID_PUBLIC_KEY", Refusal::invalid_key);
  expect_refused(post().with("X-Public-Key", std::string(256, 'p')), 401, "INVALID_PUBLIC_KEY", Refusal::invalid_key);
}

TEST_F(ClicksTest, WhoTriesKeysIsSlowedDown) {
  for (int i = 0; i < 60; ++i) EXPECT_EQ(sent(post().with("X-Public-Key", "pk_live_" + std::to_string(i))).status, 401);
  expect_refused(post().with("X-Public-Key", "pk_live_x"), 429, "RATE_LIMIT_EXCEEDED", Refusal::address_limit);
  EXPECT_EQ(HandlerFixture::owed(keyed()).safe.status, 201) << "a known key is not concerned";
}

TEST_F(ClicksTest, ExactlyNThen429) {
  key().clicks_per_minute = 3;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(owed(keyed()).safe.status, 201);
  clock.now_us += 10'500'000;
  const Answer answer = sent(keyed().at(clock.now_us));
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(
      answer.body,
      R"({"statusCode":429,"message":"Rate limit exceeded","error":"Too Many Requests","code":"RATE_LIMIT_EXCEEDED"})");
  EXPECT_EQ(answer.field("retry-after"), "50");
  EXPECT_EQ(answer.field("x-ratelimit-limit"), "3");
  EXPECT_EQ(answer.field("x-ratelimit-remaining"), "0");
  EXPECT_EQ(answer.field("x-ratelimit-reset"), std::to_string(clock.now_us / 1'000'000 + 50));
  EXPECT_TRUE(answer.has_cors());
  clock.now_us += 49'500'000;
  EXPECT_EQ(owed(keyed()).safe.status, 201);
}

TEST_F(ClicksTest, TheLimitComesBeforeTheBody) {
  key().clicks_per_minute = 1;
  expect_refused(keyed("{}"), 400, "VALIDATION_ERROR", Refusal::invalid_body);
  expect_refused(keyed("{}"), 429, "RATE_LIMIT_EXCEEDED", Refusal::key_limit);
}

TEST_F(ClicksTest, MediaTypes) {
  for (const char* type :
       {"application/json", "application/json; charset=utf-8", "text/plain", "Text/Plain;charset=UTF-8"}) {
    EXPECT_EQ(owed(typed(type)).safe.status, 201) << type;
  }
  for (const char* type :
       {"application/xml", "application/x-www-form-urlencoded", "application/jsonx", "", "text/html"}) {
    expect_refused(typed(type), 415, "UNSUPPORTED_MEDIA_TYPE", Refusal::content_type);
  }
  MadeRequest untyped(http::Method::post, "selgeo.localhost", "/v1/clicks", kBody);
  EXPECT_EQ(owed(untyped.with("X-Public-Key", kPublicKey)).safe.status, 201) << "a beacon of an untyped blob";
}

TEST_F(ClicksTest, ValidationNamesTheFields) {
  const Answer answer = sent(keyed(R"({"ref":7,"url":[]})"));
  EXPECT_EQ(
      answer.body,
      R"({"statusCode":400,"message":"Validation failed","error":"Bad Request","code":"VALIDATION_ERROR","details":[)"
      R"({"field":"ref","message":"Expected string, received number"},)"
      R"({"field":"url","message":"Expected string, received array"}]})");
  EXPECT_TRUE(answer.has_cors());
  for (const char* body : {"", "{", "[]", "null", "{}"}) {
    expect_refused(keyed(body), 400, "VALIDATION_ERROR", Refusal::invalid_body);
  }
}

TEST_F(ClicksTest, RefsThatAreNotThisKeys) {
  expect_refused(keyed(R"({"ref":"nobody"})"), 404, "NOT_FOUND", Refusal::unknown_ref);
  add_campaign(11, wire::Dialect::selgeo).account = wire::AccountId{4};
  add_link("foreign", 101, 11);
  expect_refused(keyed(R"({"ref":"foreign"})"), 404, "NOT_FOUND", Refusal::unknown_ref);
  add_campaign(12, wire::Dialect::selgeo).mode = wire::Mode::test;
  add_link("test", 102, 12);
  expect_refused(keyed(R"({"ref":"test"})"), 404, "NOT_FOUND", Refusal::unknown_ref);
  campaign().status = CampaignStatus::draft;
  expect_refused(keyed(), 404, "NOT_FOUND", Refusal::unknown_ref);
  for (const auto status : {CampaignStatus::paused, CampaignStatus::archived}) {
    campaign().status = status;
    expect_refused(keyed(), 404, "NOT_FOUND", Refusal::inactive_ref);
  }
  campaign().status = CampaignStatus::active;
  link().expires_s = kNowS;
  expect_refused(keyed(), 404, "NOT_FOUND", Refusal::inactive_ref);
}

TEST_F(ClicksTest, AClientsIdIsKept) {
  const std::string id = client_id(kNowUs);
  const auto first = owed(keyed(with_id(id)));
  EXPECT_NE(first.safe.body.find(id), std::string::npos) << first.safe.body;
  EXPECT_EQ(recorded().source(), 2u);
  EXPECT_EQ(owed(keyed(with_id(id))).safe.body, first.safe.body) << "a retry has the same answer";
  const std::string upper = [&id] {
    std::string text = id;
    for (char& c : text) c = static_cast<char>(std::toupper(c));
    return text;
  }();
  EXPECT_EQ(owed(keyed(with_id(upper))).safe.body, first.safe.body);
}

TEST_F(ClicksTest, ARetryOverMidnightHasTheSameAnswer) {
  const std::int64_t midnight_us = kNowUs / 86'400'000'000 * 86'400'000'000;
  const std::string id = client_id(midnight_us - 1'000'000);
  EXPECT_EQ(owed(keyed(with_id(id)).at(midnight_us - 900'000)).safe.body,
            owed(keyed(with_id(id)).at(midnight_us + 900'000)).safe.body);
}

TEST_F(ClicksTest, AClientsIdMayBeADayOldOrTenMinutesAhead) {  // SE-1
  constexpr std::int64_t kTenMinutesUs = 600'000'000;
  constexpr std::int64_t kDayUs = 86'400'000'000;
  for (const std::int64_t off_us : {-kDayUs, -kTenMinutesUs, kTenMinutesUs}) {
    const std::string id = client_id(kNowUs + off_us);
    const auto owed = HandlerFixture::owed(keyed(with_id(id)));
    EXPECT_NE(owed.safe.body.find(id), std::string::npos) << owed.safe.body;
    EXPECT_EQ(recorded().source(), 2u);
    EXPECT_EQ(static_cast<std::int64_t>(recorded().received_us()), kNowUs) << "the time of receipt decides windows";
  }
  for (const std::int64_t off_us : {-kDayUs - 1'000, kTenMinutesUs + 1'000}) {
    const std::uint64_t before = refused(Refusal::invalid_click_id);
    const Answer answer = sent(keyed(with_id(client_id(kNowUs + off_us))));
    EXPECT_EQ(answer.status, 400);
    EXPECT_NE(answer.body.find(R"("field":"click_id")"), std::string::npos) << answer.body;
    EXPECT_NE(answer.body.find(R"("server_time":"2027-01-15T08:00:00.000Z")"), std::string::npos) << answer.body;
    EXPECT_EQ(refused(Refusal::invalid_click_id), before + 1);
  }
  EXPECT_EQ(sent(keyed(with_id("nonsense"))).body.find("server_time"), std::string::npos)
      << "its clock is not the reason";
}

TEST_F(ClicksTest, ARefThatCameThroughCopyAndPaste) {  // D-14, FC-9
  for (const char* ref : {"abc/", " abc", "abc.", "abc)", "abc\u00a0", "abc\u200b", "\\u200babc", "abc%20", "(abc),"}) {
    EXPECT_EQ(handle(*std::make_unique<MadeRequest>(keyed(std::string(R"({"ref":")") + ref + "\"}"))).owed.size(), 1u)
        << ref;
  }
  for (const char* ref : {"ab c", "abc-", "abc/x", ".", "\u200b"}) {
    EXPECT_EQ(sent(keyed(std::string(R"({"ref":")") + ref + "\"}")).status, 404) << ref;
  }
}

TEST_F(ClicksTest, APreflightAllowsTheNamesItAsksFor) {  // SE-5
  const auto allowed = [this](std::string asked) {
    return *sent(MadeRequest(http::Method::options, "selgeo.localhost", "/v1/clicks")
                     .with("Access-Control-Request-Headers", std::move(asked)))
                .field("access-control-allow-headers");
  };
  const std::string always = "Content-Type, Authorization, X-Public-Key, X-Request-Id";
  EXPECT_EQ(allowed(""), always);
  EXPECT_EQ(allowed("content-type,x-public-key"), always);
  EXPECT_EQ(allowed("baggage,content-type, sentry-trace ,traceparent"),
            always + ", baggage, sentry-trace, traceparent");
  EXPECT_EQ(allowed("a b,ok,\"x\",,é"), always + ", ok") << "only tokens";
  std::string many;
  for (int i = 0; i < 1'000; ++i) many += "x-" + std::to_string(i) + ",";
  EXPECT_LT(allowed(many).size(), 1'200u);
  EXPECT_LT(allowed(std::string(4'000, 'x') + ",b").size(), 100u);
}

TEST_F(ClicksTest, IdsThatNoClientMinted) {
  wire::ClickIdMint other(9, 1);
  const std::string ours = wire::to_uuid(other.mint(kNowUs, directory.shared_secrets.tag_key));
  for (const std::string& id : {ours, std::string("not-a-uuid"), std::string("550e8400-e29b-41d4-a716-446655440000"),
                                wire::to_base32_upper(*wire::parse_uuid(client_id(kNowUs)))}) {
    const Answer answer = sent(keyed(with_id(id)));
    EXPECT_EQ(answer.status, 400) << id;
    EXPECT_NE(answer.body.find(R"("details":[{"field":"click_id")"), std::string::npos) << answer.body;
  }
  EXPECT_TRUE(log.submitted.empty());
}

TEST_F(ClicksTest, VisitorTokens) {
  const auto token_of = [this](MadeRequest request) {
    const std::string body = owed(std::move(request)).safe.body;
    const std::size_t at = body.find("\"visitor_token\":\"") + 17;
    return std::pair{body.substr(at, body.find('"', at) - at), recorded().visitor()};
  };
  const auto [made, first] = token_of(keyed());
  const auto [again, second] = token_of(keyed());
  EXPECT_EQ(again, made) << "calling without a token does not make a new visitor each time";
  EXPECT_EQ(second, first);
  const auto [echoed, third] = token_of(keyed(R"({"ref":"abc","visitor_token":")" + made + "\"}"));
  EXPECT_EQ(echoed, made);
  EXPECT_EQ(third, first) << "the tab that came back is the same visitor";
  owed(MadeRequest(http::Method::get, "c.localhost", "/abc").with("User-Agent", "Mozilla/5.0"));
  EXPECT_EQ(recorded().visitor(), first) << "who follows the short link and then opens the page is one visitor";
  const auto [foreign, fourth] = token_of(keyed(R"({"ref":"abc","visitor_token":"tab-1"})"));
  EXPECT_EQ(foreign, "tab-1");
  EXPECT_NE(fourth, first);
}

TEST_F(ClicksTest, AnEchoedTokenIsEscaped) {
  const std::string body = owed(keyed(R"({"ref":"abc","visitor_token":"a\"},\\x"})")).safe.body;
  EXPECT_TRUE(body.ends_with(R"("visitor_token":"a\"},\\x"})")) << body;
}

TEST_F(ClicksTest, PlainHttpOnlyFromNear) {
  EXPECT_EQ(owed(keyed().from("127.0.0.1")).safe.status, 201);
  EXPECT_EQ(owed(keyed().with("X-Forwarded-Proto", "https")).safe.status, 201);
  expect_refused(keyed().with("X-Forwarded-Proto", "http"), 403, "FORBIDDEN", Refusal::plain_http);
  expect_refused(keyed().from("203.0.113.9"), 403, "FORBIDDEN", Refusal::plain_http);
  expect_refused(keyed().from("203.0.113.9").with("X-Forwarded-Proto", "https"), 403, "FORBIDDEN", Refusal::plain_http);
}

TEST_F(ClicksTest, OtherMethods) {
  for (const auto method :
       {http::Method::get, http::Method::head, http::Method::put, http::Method::patch, http::Method::del}) {
    MadeRequest request(method, "selgeo.localhost", "/v1/clicks");
    const Answer answer = sent(request);
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.field("allow"), "POST, OPTIONS");
    EXPECT_TRUE(answer.has_cors());
  }
}

TEST_F(ClicksTest, Preflight) {
  const Answer answer = sent(MadeRequest(http::Method::options, "selgeo.localhost", "/v1/clicks")
                                 .with("Origin", "https://shop.example")
                                 .with("Access-Control-Request-Method", "DELETE"));
  EXPECT_EQ(answer.status, 204);
  EXPECT_TRUE(answer.has_cors());
  EXPECT_EQ(answer.field("access-control-allow-methods"), "POST, OPTIONS");
  EXPECT_EQ(answer.field("access-control-allow-headers"), "Content-Type, Authorization, X-Public-Key, X-Request-Id");
  EXPECT_EQ(answer.field("access-control-max-age"), "86400");
  EXPECT_FALSE(answer.field("access-control-allow-credentials"));
  EXPECT_EQ(probe.received.value(), 0u) << "a preflight is no click";
}

TEST_F(ClicksTest, RequestIds) {
  EXPECT_EQ(owed(keyed().with("X-Request-Id", "mine-1:a.b_c")).safe.field("x-request-id"), "mine-1:a.b_c");
  for (const std::string& bad : {std::string("a b"), std::string("a\x01"), std::string(129, 'x'), std::string()}) {
    const auto made = owed(keyed().with("X-Request-Id", bad)).safe.field("x-request-id");
    EXPECT_TRUE(made && http::is_request_id(*made) && *made != bad);
  }
}

TEST_F(ClicksTest, NothingIsTakenThatTheLogCannotKeep) {
  log.is_accepting = false;
  expect_refused(keyed(), 503, "SERVICE_UNAVAILABLE", Refusal::log_unavailable);
  EXPECT_EQ(sent(keyed()).field("retry-after"), "1");
  log.is_accepting = true;
  directory.is_loaded = false;
  expect_refused(keyed(), 503, "SERVICE_UNAVAILABLE", Refusal::directory_unavailable);
}

TEST_F(ClicksTest, AClickFromAnotherSiteIsAnsweredAlikeAndMarked) {
  const auto verdict_from = [this](const char* origin) {
    EXPECT_EQ(owed(keyed().with("Origin", origin)).safe.status, 201);
    return recorded().verdict();
  };
  EXPECT_EQ(verdict_from("https://evil.example"), 0u) << "no origins: the key may be used anywhere";
  key().origin_hosts = "shop.example";
  EXPECT_EQ(verdict_from("https://evil.example"), wire::kVerdictOrigin);
  EXPECT_EQ(verdict_from("https://shop.example"), 0u);
}

TEST_F(ClicksTest, MoreClicksOfAnAddressThanPeopleMakeAreAnsweredAlikeAndMarked) {
  const auto verdict_of = [this](const char* address) {
    EXPECT_EQ(owed(keyed().with("X-Forwarded-For", address)).safe.status, 201);
    return recorded().verdict();
  };
  for (int i = 0; i < 20; ++i) EXPECT_EQ(verdict_of("203.0.113.9"), 0u);
  EXPECT_EQ(verdict_of("203.0.113.9"), wire::kVerdictLimit);
  EXPECT_EQ(verdict_of("203.0.113.10"), 0u);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(verdict_of(("2001:db8:1:2::" + std::to_string(i + 1)).c_str()), 0u);
  EXPECT_EQ(verdict_of("2001:db8:1:2::ffff"), wire::kVerdictLimit) << "a /64 is one client";
  for (int i = 0; i < 50; ++i) EXPECT_EQ(verdict_of("127.0.0.1"), 0u) << "a proxy of ours is no visitor";
  clock.now_us += 61'000'000;
  EXPECT_EQ(verdict_of("203.0.113.9"), 0u);
}

TEST_F(ClicksTest, AClickAfterItsSaltIsGoneHasNoVisitor) {
  directory.shared_secrets.salts = directory.shared_secrets.salts.usable_at(kNowUs + 86'400'000'000);
  const std::string body = with_id(client_id(kNowUs - 23 * 3'600'000'000));  // of yesterday
  const auto answer = owed(keyed(body));
  EXPECT_EQ(answer.safe.status, 201);
  EXPECT_EQ(recorded().visitor(), "");
  EXPECT_EQ(owed(keyed(body)).safe.body, answer.safe.body) << "a retry has the same answer";
  owed(keyed(with_id(client_id(kNowUs))));
  EXPECT_EQ(recorded().visitor().size(), 16u) << "today's salt is there";
}

}  // namespace
}  // namespace footfall::edge
