#include "proto/http/forwarded.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace footfall::http {
namespace {

class CallerTest : public testing::Test {
 protected:
  ClientInfo identify(std::string_view peer, std::vector<Field> fields) {
    request.peer = parse_address(peer);
    request.fields = fields;
    return identify_client(request, proxies);
  }
  std::string address(std::string_view peer, std::vector<Field> fields) {
    return identify(peer, std::move(fields)).address.text();
  }

  Request request;
  TrustedProxies proxies = *TrustedProxies::parse({"127.0.0.1", "::1", "10.0.0.0/8", "fd00::/8"});
};

TEST_F(CallerTest, OnlyATrustedPeerIsBelieved) {  // G-16, D-21, SE-21
  EXPECT_EQ(address("127.0.0.1", {}), "127.0.0.1");
  EXPECT_EQ(address("127.0.0.1", {{"X-Forwarded-For", "203.0.113.9"}}), "203.0.113.9");
  EXPECT_EQ(address("192.0.2.1", {{"X-Forwarded-For", "203.0.113.9"}}), "192.0.2.1");
}

TEST_F(CallerTest, TheLastHopThatIsNotOursIsTheClient) {
  EXPECT_EQ(address("127.0.0.1", {{"X-Forwarded-For", "1.1.1.1, 203.0.113.9"}}), "203.0.113.9");
  EXPECT_EQ(address("127.0.0.1", {{"X-Forwarded-For", "1.1.1.1, 203.0.113.9, 10.1.2.3"}}), "203.0.113.9");
  EXPECT_EQ(address("127.0.0.1", {{"X-Forwarded-For", "1.1.1.1"}, {"x-forwarded-for", "203.0.113.9,10.1.2.3"}}),
            "203.0.113.9");
  EXPECT_EQ(address("127.0.0.1", {{"X-Forwarded-For", "10.9.9.9, 10.1.2.3"}}), "10.9.9.9")
      << "a client of our own network";
}

TEST_F(CallerTest, HopsInAllTheirForms) {
  EXPECT_EQ(address("::1", {{"X-Forwarded-For", "203.0.113.9:4711"}}), "203.0.113.9");
  EXPECT_EQ(address("::1", {{"X-Forwarded-For", "[2001:db8::5]:4711"}}), "2001:db8::5");
  EXPECT_EQ(address("::1", {{"X-Forwarded-For", "2001:db8::5"}}), "2001:db8::5");
}

TEST_F(CallerTest, NonsenseEndsTheSearch) {
  EXPECT_EQ(address("127.0.0.1", {{"X-Forwarded-For", "203.0.113.9, unknown"}}), "127.0.0.1");
  EXPECT_EQ(address("127.0.0.1", {{"X-Forwarded-For", "unknown, 10.0.0.1"}}), "10.0.0.1");
  EXPECT_EQ(address("127.0.0.1", {{"X-Forwarded-For", ""}}), "127.0.0.1");
  EXPECT_EQ(address("127.0.0.1", {{"X-Forwarded-For", "[::1"}}), "127.0.0.1");
}

TEST_F(CallerTest, PlainHttp) {
  EXPECT_FALSE(identify("127.0.0.1", {}).used_plain_http());
  EXPECT_FALSE(identify("10.0.0.1", {}).used_plain_http());
  EXPECT_TRUE(identify("192.0.2.1", {}).used_plain_http());
  EXPECT_TRUE(identify("192.0.2.1", {{"X-Forwarded-Proto", "https"}}).used_plain_http());
  EXPECT_FALSE(identify("127.0.0.1", {{"X-Forwarded-Proto", "https"}}).used_plain_http());
  EXPECT_TRUE(identify("127.0.0.1", {{"X-Forwarded-Proto", "http"}}).used_plain_http());
  EXPECT_TRUE(identify("127.0.0.1", {{"X-Forwarded-Proto", "wss"}}).used_plain_http());
  EXPECT_FALSE(identify("127.0.0.1", {{"X-Forwarded-Proto", "HTTPS,https"}}).used_plain_http());
}

TEST_F(CallerTest, TlsOfOurOwnIsHttps) {  // G-16, SEL-03
  request.is_encrypted = true;
  EXPECT_EQ(identify("192.0.2.1", {}).scheme, Scheme::https);
  EXPECT_FALSE(identify("192.0.2.1", {}).used_plain_http());
  EXPECT_FALSE(identify("192.0.2.1", {{"X-Forwarded-Proto", "http"}}).used_plain_http()) << "a stranger's word";
  EXPECT_FALSE(identify("10.0.0.1", {{"X-Forwarded-For", "203.0.113.9"}}).used_plain_http());
  EXPECT_TRUE(
      identify("10.0.0.1", {{"X-Forwarded-For", "203.0.113.9"}, {"X-Forwarded-Proto", "http"}}).used_plain_http())
      << "the client's way to the proxy was plain";
  request.is_encrypted = false;
  EXPECT_TRUE(identify("192.0.2.1", {}).used_plain_http());
}

TEST_F(CallerTest, EmptyElementsAreIgnored) {  // FC-11
  EXPECT_EQ(address("127.0.0.1", {{"X-Forwarded-For", "203.0.113.9,"}}), "203.0.113.9");
  EXPECT_EQ(address("127.0.0.1", {{"X-Forwarded-For", ", ,203.0.113.9, ,10.1.2.3 , "}}), "203.0.113.9");
  EXPECT_EQ(address("127.0.0.1", {{"X-Forwarded-For", "203.0.113.9"}, {"X-Forwarded-For", " "}}), "203.0.113.9");
  EXPECT_FALSE(identify("127.0.0.1", {{"X-Forwarded-Proto", "https,"}}).used_plain_http());
  EXPECT_EQ(identify("127.0.0.1", {{"X-Forwarded-Proto", " ,"}}).scheme, Scheme::unsaid);
}

TEST_F(CallerTest, TheSchemeIsThatOfTheHopThatNamesTheClient) {
  const auto scheme = [this](std::string_view addresses, std::string_view schemes) {
    return identify("127.0.0.1", {{"X-Forwarded-For", addresses}, {"X-Forwarded-Proto", schemes}}).scheme;
  };
  EXPECT_EQ(scheme("203.0.113.9, 10.1.2.3", "https,http"), Scheme::https) << "only the inner way is plain";
  EXPECT_EQ(scheme("203.0.113.9, 10.1.2.3", "http,https"), Scheme::http);
  EXPECT_EQ(scheme("1.1.1.1, 203.0.113.9, 10.1.2.3", "https,http,http"), Scheme::http) << "what a client wrote";
  EXPECT_EQ(scheme("1.1.1.1, 203.0.113.9, 10.1.2.3", "https,http"), Scheme::https);
  EXPECT_EQ(scheme("203.0.113.9", "https,http"), Scheme::https) << "the inner proxy adds no address";
  EXPECT_EQ(scheme("", "https,http"), Scheme::https);
  EXPECT_EQ(scheme("203.0.113.9, 10.1.2.3, 10.1.2.4", "https"), Scheme::https) << "overwritten by the outermost";
  EXPECT_EQ(scheme("203.0.113.9, 10.1.2.3", "http"), Scheme::http);
}

TEST_F(CallerTest, LoopbackIsNearEvenWhenItIsNotBelieved) {
  proxies = *TrustedProxies::parse({"10.0.0.0/8"});
  const ClientInfo caller = identify("127.0.0.1", {{"X-Forwarded-For", "203.0.113.9"}, {"X-Forwarded-Proto", "http"}});
  EXPECT_EQ(caller.address.text(), "127.0.0.1");
  EXPECT_FALSE(caller.used_plain_http());
}

TEST(TrustedProxies, Networks) {
  const TrustedProxies proxies =
      *TrustedProxies::parse({"10.0.0.0/8", "192.0.2.128/25", "2001:db8::/33", "0.0.0.0/32"});
  for (const char* inside : {"10.255.0.1", "192.0.2.129", "2001:db8:7fff::1", "0.0.0.0"}) {
    EXPECT_TRUE(proxies.contains(parse_address(inside))) << inside;
  }
  for (const char* outside : {"11.0.0.1", "192.0.2.127", "2001:db8:8000::1", "0.0.0.1", "::1"}) {
    EXPECT_FALSE(proxies.contains(parse_address(outside))) << outside;
  }
  EXPECT_TRUE(TrustedProxies::parse({"0.0.0.0/0"})->contains(parse_address("8.8.8.8")));
  EXPECT_FALSE(TrustedProxies::parse({"0.0.0.0/0"})->contains(parse_address("::1")));
  for (const char* bad :
       {"", "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/8x", "10.0.0.0/-1", "::/129"}) {
    const auto parsed = TrustedProxies::parse({bad});
    ASSERT_FALSE(parsed) << bad;
    EXPECT_NE(parsed.error().message.find(std::string("\"") + bad + "\""), std::string::npos);
  }
}

TEST(RequestIds, AreTakenOrMade) {
  RequestIds ids;
  Request request;
  std::set<std::string> made;
  for (int i = 0; i < 1'000; ++i) made.insert(std::string(ids.of(request)));
  EXPECT_EQ(made.size(), 1'000u);
  for (const std::string& id : made) EXPECT_TRUE(is_request_id(id) && id.size() == 32) << id;
  const std::vector<Field> given = {{"X-REQUEST-ID", "abc.DEF_1:2-3"}};
  request.fields = given;
  EXPECT_EQ(ids.of(request), "abc.DEF_1:2-3");
  EXPECT_TRUE(is_request_id(std::string(128, 'x')));
  EXPECT_FALSE(is_request_id(std::string(129, 'x')));
  for (const char* bad : {"", "a b", "a\r\nb", "a/b", "\xC3\xA4", "a\"b"}) EXPECT_FALSE(is_request_id(bad)) << bad;
}

}  // namespace
}  // namespace footfall::http
