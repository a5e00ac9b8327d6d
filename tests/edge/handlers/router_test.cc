#include "edge/handlers/router.h"

#include <gtest/gtest.h>

#include "tests/edge/handlers/handler_fixture.h"

namespace footfall::edge {
namespace {

class RouterTest : public testing::Test, protected HandlerFixture {
 protected:
  bool serves(const char* host, const char* path = "/x") {
    return router.serves(MadeRequest(http::Method::get, host, path).get());
  }
  http::RefusalText refuse(MadeRequest request, int status) { return router.refusal(request.get(), status, "reason"); }
};

TEST_F(RouterTest, HostThenPath) {
  EXPECT_EQ(sent(MadeRequest(http::Method::get, "c.localhost", "/v1/clicks")).status, 404) << "a code like any other";
  EXPECT_EQ(sent(MadeRequest(http::Method::get, "selgeo.localhost", "/v1/clicks")).status, 405);
  EXPECT_EQ(sent(MadeRequest(http::Method::post, "affily.localhost", "/v1/clicks")).status, 401) << "SELX-15";
  EXPECT_EQ(sent(MadeRequest(http::Method::post, "localhost", "/v1/clicks")).status, 401);
  EXPECT_EQ(elsewhere.requests, 0);
  for (const char* path :
       {"/v1/conversions", "/api/v1/conversions", "/", "/abc", "/v2/clicks", "/v1/customers/clicks"}) {
    EXPECT_EQ(sent(MadeRequest(http::Method::post, "selgeo.localhost", path)).status, 299) << path;
  }
  EXPECT_EQ(elsewhere.requests, 6);
}

TEST_F(RouterTest, TheTrackingEndpointIsMeantWithSlashesToo) {
  for (const char* path : {"//v1/clicks", "/v1/clicks/", "/v1//clicks", "///v1/clicks//"}) {
    const Answer answer = sent(MadeRequest(http::Method::post, "selgeo.localhost", path));
    EXPECT_EQ(answer.status, 401) << path;
    EXPECT_TRUE(answer.has_cors());
    EXPECT_EQ(router.policy(http::Method::post, "selgeo.localhost", path).body_bytes_max, 16 * 1024) << path;
    EXPECT_NE(
        refuse(MadeRequest(http::Method::post, "selgeo.localhost", path), 413).extra_fields.find("Access-Control"),
        std::string::npos);
  }
  EXPECT_EQ(elsewhere.requests, 0);
}

TEST_F(RouterTest, WhatComesCloseToTheTrackingEndpointCarriesCors) {  // SE-5
  for (const char* path : {"/v1/click", "/V1/Clicks", "/v1/clicks/x", "/v1/clicks.json", "/clicks", "/api/v1/clicks"}) {
    const Answer answer = sent(MadeRequest(http::Method::post, "selgeo.localhost", path));
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_TRUE(answer.has_cors()) << path;
    EXPECT_NE(answer.body.find("NOT_FOUND"), std::string::npos) << answer.body;
    const Answer preflight = sent(MadeRequest(http::Method::options, "selgeo.localhost", path));
    EXPECT_EQ(preflight.status, 204) << path;
    EXPECT_TRUE(preflight.has_cors()) << path;
    EXPECT_EQ(sent(MadeRequest(http::Method::get, "selgeo.localhost", path)).status, 299) << path;
  }
  EXPECT_EQ(probe.received.value(), 0u) << "no click";
}

TEST_F(RouterTest, Health) {  // D-20
  const Answer answer = sent(MadeRequest(http::Method::get, "affily.localhost", "/health"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.type, "application/json");
  EXPECT_EQ(answer.body, R"({"status":"ok","timestamp":)" + std::to_string(kNowUs / 1'000) + "}");
  EXPECT_EQ(sent(MadeRequest(http::Method::post, "affily.localhost", "/health")).status, 299);
  for (const http::Method method : {http::Method::get, http::Method::head}) {
    EXPECT_EQ(sent(MadeRequest(method, "c.localhost", "/health")).body, answer.body) << "on every host";
  }
  EXPECT_EQ(probe.received.value(), 0u) << "no click";
  EXPECT_EQ(sent(MadeRequest(http::Method::get, "c.localhost", "/healthy")).status, 404);
}

TEST_F(RouterTest, KnowsItsHosts) {  // D-1
  for (const char* host : {"selgeo.localhost", "c.localhost", "localhost"}) EXPECT_TRUE(serves(host)) << host;
  for (const char* host : {"nobody.example", "", "*", "xc.localhost"}) EXPECT_FALSE(serves(host)) << host;
  Router open({hosts, {"*"}, 0}, context, redirect, clicks, request_ids, elsewhere);
  EXPECT_TRUE(serves("10.0.0.9", "/health")) << "a load balancer asks by address";
  EXPECT_FALSE(serves("10.0.0.9", "/healthy"));
  EXPECT_TRUE(open.serves(MadeRequest(http::Method::get, "nobody.example", "/x").get()));
}

TEST_F(RouterTest, Policies) {
  const http::RoutePolicy click = router.policy(http::Method::post, "selgeo.localhost", "/v1/clicks");
  EXPECT_EQ(click.body_bytes_max, 16 * 1024);
  EXPECT_FALSE(click.chunked_allowed);
  const http::RoutePolicy link = router.policy(http::Method::get, "c.localhost", "/abc");
  EXPECT_EQ(link.body_bytes_max, 0);
  EXPECT_FALSE(link.chunked_allowed);
  const http::RoutePolicy api = router.policy(http::Method::post, "selgeo.localhost", "/api/v1/conversions");
  EXPECT_EQ(api.body_bytes_max, -1);
  EXPECT_TRUE(api.chunked_allowed);
}

TEST_F(RouterTest, RefusalsOfTheGuardSpeakTheRightLanguage) {
  for (const int status : {400, 408, 411, 413, 414, 417, 431, 501, 505}) {
    const http::RefusalText click = refuse(MadeRequest(http::Method::post, "selgeo.localhost", "/v1/clicks"), status);
    EXPECT_EQ(click.content_type, "application/json");
    EXPECT_NE(click.extra_fields.find("Access-Control-Allow-Origin: *\r\n"), std::string::npos) << status;
    EXPECT_NE(click.body.find("\"statusCode\":" + std::to_string(status)), std::string::npos) << click.body;
    EXPECT_TRUE(
        refuse(MadeRequest(http::Method::get, "c.localhost", "/abc"), status).content_type.starts_with("text/html"));
    EXPECT_EQ(refuse(MadeRequest(http::Method::get, "affily.localhost", "/v1/x"), status).body, "elsewhere");
    EXPECT_EQ(refuse(MadeRequest(http::Method::get, "", ""), status).body, "elsewhere");
  }
  EXPECT_EQ(refused(Refusal::http_guard), 18u);
  EXPECT_TRUE(equation_closes());
}

TEST_F(RouterTest, AVisitorOnAnUnknownHostGetsAPage) {
  const auto on_unknown = [this](http::Method method, const char* accept) {
    return refuse(MadeRequest(method, "old.example", "/summer").with("Accept", accept), 421);
  };
  for (const http::Method method : {http::Method::get, http::Method::head}) {
    const http::RefusalText page = on_unknown(method, "text/html,application/xhtml+xml,*/*;q=0.8");
    EXPECT_TRUE(page.content_type.starts_with("text/html"));
    EXPECT_NE(page.body.find("<h1>"), std::string::npos);
  }
  EXPECT_EQ(on_unknown(http::Method::get, "application/json").body, "elsewhere");
  EXPECT_EQ(on_unknown(http::Method::post, "text/html").body, "elsewhere");
}

TEST_F(RouterTest, WhatAHandlerTookIsNotCountedAgain) {
  refuse(MadeRequest(http::Method::get, "c.localhost", "/abc"), 504);
  refuse(MadeRequest(http::Method::post, "selgeo.localhost", "/v1/clicks"), 500);
  refuse(MadeRequest(http::Method::options, "selgeo.localhost", "/v1/clicks"), 400);
  EXPECT_EQ(probe.received.value(), 0u);
}

TEST_F(RouterTest, PinsForTheLengthOfAWakeUp) {
  RememberingResponder responder;
  MadeRequest first(http::Method::get, "c.localhost", "/abc");
  MadeRequest second(http::Method::get, "c.localhost", "/abc");
  router.handle(first.get(), responder);
  router.handle(second.get(), responder);
  EXPECT_EQ(directory.pins, 1);
  EXPECT_TRUE(log.submitted.empty()) << "the batch is still open";
  router.after_requests();
  EXPECT_EQ(directory.pins, 0);
  ASSERT_EQ(log.submitted.size(), 1u);
  EXPECT_EQ(log.submitted[0].count, 2u);
  ASSERT_EQ(responder.owed.size(), 2u);
  EXPECT_EQ(responder.owed[0].ticket, log.submitted[0].ticket);
  EXPECT_EQ(responder.owed[1].ticket, log.submitted[0].ticket);
  router.after_requests();
  EXPECT_EQ(directory.pins, 0);
  EXPECT_EQ(log.submitted.size(), 1u);
}

}  // namespace
}  // namespace footfall::edge
