#include "edge/proxy/forward.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace footfall::edge {
namespace {

class ForwardTest : public testing::Test {
 protected:
  http::ClientRequest forward() {
    request.method = http::Method::post;
    request.target = "/v1/conversions?x=1";
    request.path = "/v1/conversions";
    request.host_header = "baclique.localhost:8080";
    request.body = "{\"a\":1}";
    request.fields = fields;
    request.peer = http::parse_address("127.0.0.1");
    const auto proxies = http::TrustedProxies::parse({"127.0.0.1"});
    return make_core_request(request, http::identify_client(request, *proxies), "rid-1");
  }
  bool sends(std::string_view line) {
    return forward().extra_fields.find(std::string(line) + "\r\n") != std::string::npos;
  }

  http::Request request;
  std::vector<http::Field> fields;
};

TEST_F(ForwardTest, KeepsWhatIsTheClients) {
  fields = {{"Authorization", "Bearer sk_live_x"}, {"content-type", "application/json"}, {"Idempotency-Key", "k"}};
  const http::ClientRequest out = forward();
  EXPECT_EQ(out.method, http::Method::post);
  EXPECT_EQ(out.target, "/v1/conversions?x=1");
  EXPECT_EQ(out.host, "baclique.localhost:8080");
  EXPECT_EQ(out.body, "{\"a\":1}");
  EXPECT_EQ(out.extra_fields,
            "Authorization: Bearer sk_live_x\r\ncontent-type: application/json\r\nIdempotency-Key: k\r\n"
            "X-Forwarded-For: 127.0.0.1\r\nX-Request-Id: rid-1\r\n");
}

TEST_F(ForwardTest, DropsHopsFramingAndWhatWeSayOurselves) {  // G-15
  for (const char* name :
       {"Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "TE", "Trailer", "Upgrade", "Expect",
        "Proxy-Authorization", "Proxy-Connection", "Forwarded", "X-Forwarded-Host", "X-Forwarded-Port", "X-Real-IP",
        "X-Request-Id", "Via", "X_Request_Id", "content_length"}) {
    fields = {{name, "evil"}};
    EXPECT_EQ(forward().extra_fields.find("evil"), std::string::npos) << name;
  }
}

TEST_F(ForwardTest, DropsWhatConnectionNames) {  // G-15
  fields = {{"Connection", "close, X-Secret"},
            {"connection", "x-other"},
            {"x-secret", "1"},
            {"X-Other", "2"},
            {"X-Kept", "3"}};
  EXPECT_FALSE(sends("x-secret: 1"));
  EXPECT_FALSE(sends("X-Other: 2"));
  EXPECT_TRUE(sends("X-Kept: 3"));
}

TEST_F(ForwardTest, SaysWhoCalls) {
  fields = {{"X-Forwarded-For", "198.51.100.1, 203.0.113.9"}, {"X-Forwarded-Proto", "https"}};
  EXPECT_TRUE(sends("X-Forwarded-For: 203.0.113.9"));
  EXPECT_TRUE(sends("X-Forwarded-Proto: https"));
  fields = {{"X-Forwarded-Proto", "http"}};
  EXPECT_TRUE(sends("X-Forwarded-Proto: http"));
}

TEST_F(ForwardTest, AStrangersWordDoesNotCount) {
  fields = {{"X-Forwarded-For", "203.0.113.9"}, {"X-Forwarded-Proto", "https"}};
  request.fields = fields;
  request.peer = http::parse_address("192.0.2.1");
  const auto proxies = http::TrustedProxies::parse({"127.0.0.1"});
  const std::string out = make_core_request(request, http::identify_client(request, *proxies), "r").extra_fields;
  EXPECT_EQ(out, "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\nX-Request-Id: r\r\n");
}

TEST(FieldsFromCore, PassButForHopsAndItsId) {
  http::ClientResponse response;
  response.fields = {{"Retry-After", "7"}, {"keep-alive", "x"},        {"Transfer-Encoding", "x"},
                     {"Server", "x"},      {"X-Request-Id", "theirs"}, {"X-RateLimit-Limit", "100"}};
  EXPECT_EQ(make_client_fields(response, "ours"), "Retry-After: 7\r\nX-RateLimit-Limit: 100\r\nX-Request-Id: ours\r\n");
}

}  // namespace
}  // namespace footfall::edge
