#include "edge/handlers/router.h"

#include <gtest/gtest.h>

#include "tests/edge/handlers/handler_fixture.h"

namespace footfall::edge {
namespace {

class RouterTest : public testing::Test, protected HandlerFixture {
 protected:
  http::RefusalText refuse(MadeRequest request, int status) { return router.refusal(request.get(), status, "reason"); }
};

TEST_F(RouterTest, HostThenPath) {
  EXPECT_EQ(sent(MadeRequest(http::Method::get, "c.localhost", "/v1/clicks")).status, 404) << "a code like any other";
  EXPECT_EQ(sent(MadeRequest(http::Method::get, "selgeo.localhost", "/v1/clicks")).status, 405);
  EXPECT_EQ(sent(MadeRequest(http::Method::post, "affily.localhost", "/v1/clicks")).status, 401) << "SELX-15";
  EXPECT_EQ(sent(MadeRequest(http::Method::post, "localhost", "/v1/clicks")).status, 401);
  EXPECT_EQ(elsewhere.requests, 0);
  for (const char* path : {"/v1/clicks/", "/api/v1/clicks", "/v1/conversions", "/", "/abc"}) {
    EXPECT_EQ(sent(MadeRequest(http::Method::post, "selgeo.localhost", path)).status, 299) << path;
  }
  EXPECT_EQ(elsewhere.requests, 5);
}

TEST_F(RouterTest, Health) {
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
  for (const char* host : {"selgeo.localhost", "c.localhost", "localhost"})
    EXPECT_TRUE(router.knows_host(host)) << host;
  for (const char* host : {"nobody.example", "", "*", "xc.localhost"}) EXPECT_FALSE(router.knows_host(host)) << host;
  Router open({hosts, {"*"}, 0}, context, redirect, clicks, request_ids, elsewhere);
  EXPECT_TRUE(open.knows_host("nobody.example"));
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
    EXPECT_TRUE(refuse(MadeRequest(http::Method::get, "c.localhost", "/abc"), status).content_type.starts_with("text/html"));
    EXPECT_EQ(refuse(MadeRequest(http::Method::get, "affily.localhost", "/v1/x"), status).body, "elsewhere");
    EXPECT_EQ(refuse(MadeRequest(http::Method::get, "", ""), status).body, "elsewhere");
  }
  EXPECT_EQ(refused(Refusal::http_guard), 18u);
  EXPECT_TRUE(equation_closes());
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
