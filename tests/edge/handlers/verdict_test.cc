// The truth table of COMMON.md D-17, and the marks of D-45.
#include "edge/handlers/verdict.h"

#include <gtest/gtest.h>

#include "proto/wire/click.h"
#include "tests/edge/handlers/fakes.h"

namespace footfall::edge {
namespace {

using wire::kVerdictHead;
using wire::kVerdictNoAgent;
using wire::kVerdictPrefetch;

struct Row {
  http::Method method;
  const char* name;
  const char* value;
  const char* agent;
  std::uint32_t verdict;
};

constexpr const char* kBrowser = "Mozilla/5.0 (X11; Linux x86_64)";

class Verdicts : public testing::TestWithParam<Row> {};

TEST_P(Verdicts, AreTold) {
  const Row& row = GetParam();
  MadeRequest request(row.method, "c.localhost", "/x");
  if (row.agent != nullptr) request.with("User-Agent", row.agent);
  if (row.name != nullptr) request.with(row.name, row.value);
  EXPECT_EQ(classify_visit(request.get()).verdict, row.verdict)
      << (row.name ? row.name : "") << ": " << (row.value ? row.value : "");
}

INSTANTIATE_TEST_SUITE_P(
    Table, Verdicts,
    testing::Values(Row{http::Method::get, nullptr, nullptr, kBrowser, 0},
                    Row{http::Method::head, nullptr, nullptr, kBrowser, kVerdictHead},
                    Row{http::Method::get, nullptr, nullptr, nullptr, kVerdictNoAgent},
                    Row{http::Method::get, nullptr, nullptr, "", kVerdictNoAgent},
                    Row{http::Method::head, "Sec-Purpose", "prefetch", nullptr,
                        kVerdictHead | kVerdictPrefetch | kVerdictNoAgent},
                    Row{http::Method::get, "Sec-Purpose", "prefetch", kBrowser, kVerdictPrefetch},
                    Row{http::Method::get, "sec-purpose", "prefetch;prerender", kBrowser, kVerdictPrefetch},
                    Row{http::Method::get, "SEC-PURPOSE", "Prefetch;anonymous-client-ip", kBrowser, kVerdictPrefetch},
                    Row{http::Method::get, "Purpose", "prefetch", kBrowser, kVerdictPrefetch},
                    Row{http::Method::get, "X-Moz", "prefetch", kBrowser, kVerdictPrefetch},
                    Row{http::Method::get, "X-Purpose", "preview", kBrowser, kVerdictPrefetch},
                    Row{http::Method::get, "X-Purpose", "instant", kBrowser, kVerdictPrefetch},
                    Row{http::Method::get, "Sec-Purpose", "something", kBrowser, 0},
                    Row{http::Method::get, "Purpose", "navigate", kBrowser, 0},
                    Row{http::Method::get, "X-Purpose", "prefetch", kBrowser, kVerdictPrefetch},
                    Row{http::Method::get, "Purpose", "preview", kBrowser, kVerdictPrefetch},
                    Row{http::Method::get, "Sec-Fetch-Mode", "prefetch", kBrowser, 0},
                    Row{http::Method::post, nullptr, nullptr, kBrowser, 0}));

TEST(OriginVerdict, IsOfAnotherSiteThanTheKeys) {
  const auto verdict = [](const char* origin, std::string_view hosts) {
    MadeRequest request(http::Method::post, "selgeo.localhost", "/v1/clicks");
    if (origin != nullptr) request.with("Origin", origin);
    return origin_verdict(request.get(), hosts);
  };
  constexpr std::string_view kHosts = "shop.example *.shop.example other.example:8443";
  for (const char* own : {"https://shop.example", "http://shop.example", "https://SHOP.example:443",
                          "https://www.shop.example", "https://other.example:8443"}) {
    EXPECT_EQ(verdict(own, kHosts), 0u) << own;
  }
  for (const char* foreign :
       {"https://evil.example", "https://shop.example.evil.example", "https://evilshop.example", "null", "",
        "https://shop.example/", "https://user@shop.example", "https://shop.example:8443", "https://other.example",
        "shop.example", "file://shop.example", "https://.shop.example"}) {
    EXPECT_EQ(verdict(foreign, kHosts), wire::kVerdictOrigin) << foreign;
  }
  EXPECT_EQ(verdict(nullptr, kHosts), 0u) << "a server sends none";
  EXPECT_EQ(verdict("https://evil.example", ""), 0u) << "the key may be used anywhere";
}

TEST(Visit, MarksWhatTheVisitorAsksFor) {
  const auto marks = [](const char* name, const char* value) {
    MadeRequest request(http::Method::get, "c.localhost", "/x");
    request.with("User-Agent", kBrowser);
    request.with(name, value);
    const Visit visit = classify_visit(request.get());
    EXPECT_EQ(visit.verdict, 0u);
    return visit.privacy;
  };
  EXPECT_EQ(marks("Sec-GPC", "1"), wire::kPrivacyGpc);
  EXPECT_EQ(marks("sec-gpc", "1"), wire::kPrivacyGpc);
  EXPECT_EQ(marks("DNT", "1"), wire::kPrivacyDnt);
  EXPECT_EQ(marks("Sec-GPC", "0"), 0u);
  EXPECT_EQ(marks("DNT", "0"), 0u);
  EXPECT_EQ(marks("DNT", "unspecified"), 0u);
  EXPECT_EQ(marks("Sec-GPT", "1"), 0u);
}

TEST(Visit, TakesTheFirstOfEach) {
  MadeRequest request(http::Method::get, "c.localhost", "/x");
  request.with("referer", "https://a.example/").with("Referer", "https://b.example/").with("USER-AGENT", "A");
  const Visit visit = classify_visit(request.get());
  EXPECT_EQ(visit.referrer, "https://a.example/");
  EXPECT_EQ(visit.user_agent, "A");
}

}  // namespace
}  // namespace footfall::edge
