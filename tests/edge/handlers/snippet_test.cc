// /v1/selgeo.js and its other names (SEL-10): what is served, how it is compressed and cached.
#include "edge/handlers/snippet.h"

#include <gtest/gtest.h>

#include "tests/edge/handlers/handler_fixture.h"

namespace footfall::edge {
namespace {

constexpr std::size_t kCompressedBytesMax = 2048;

class SnippetTest : public testing::Test, protected HandlerFixture {
 protected:
  static MadeRequest get(const std::string& path, const std::string& codings = "") {
    MadeRequest request(http::Method::get, "selgeo.localhost", path);
    if (!codings.empty()) request.with("Accept-Encoding", codings);
    return request;
  }
  static std::string versioned(std::string_view version) { return "/v1/footfall-" + std::string(version) + ".js"; }
};

TEST_F(SnippetTest, UnderTwoKilobytesCompressed) {
  EXPECT_LT(snippet_script().gzip.size(), kCompressedBytesMax);
  EXPECT_LT(snippet_script().brotli.size(), kCompressedBytesMax);
  EXPECT_LT(snippet_script().brotli.size(), snippet_script().gzip.size());
  EXPECT_TRUE(snippet_script().gzip.starts_with("\x1f\x8b"));
  EXPECT_EQ(snippet_script().version.size(), 16u);
  const Digest256 digest = sha256(snippet_script().plain);
  EXPECT_EQ(snippet_script().version, to_hex({reinterpret_cast<const char*>(digest.data()), 8}));
}

TEST_F(SnippetTest, BothNamesOnEveryHostButTheShortLinks) {
  for (const char* host : {"selgeo.localhost", "affily.localhost", "localhost"}) {
    for (const char* path : {"/v1/footfall.js", "/v1/selgeo.js", "/v1/footfall.js?v=3"}) {
      const Answer answer = sent(MadeRequest(http::Method::get, host, path));
      EXPECT_EQ(answer.status, 200) << host << path;
      EXPECT_EQ(answer.body, snippet_script().plain);
      EXPECT_EQ(answer.type, "text/javascript; charset=utf-8");
    }
  }
  EXPECT_EQ(sent(MadeRequest(http::Method::get, "c.localhost", "/v1/footfall.js")).status, 404)
      << "a code like any other";
  EXPECT_EQ(sent(get("/v1/footfall.d.ts")).body, snippet_types().plain);
  EXPECT_EQ(elsewhere.requests, 0);
}

TEST_F(SnippetTest, WhatIsNotItsOwnGoesOn) {
  for (const char* path :
       {"/v1/footfall", "/v1/footfall.js/", "/v1/footfall.jsx", "/footfall.js", "/v1/Footfall.js", "/v1/footfall-.js",
        "/v1/footfall-0G.js", "/v1/footfall_0a.js", "/v1/footfallen.js", "/v1/.js", ".js", "/v1/selgeo.d.ts"}) {
    EXPECT_EQ(sent(get(path)).status, 299) << path;
  }
  EXPECT_EQ(sent(get(versioned(std::string(65, 'a')))).status, 299);
  EXPECT_EQ(sent(MadeRequest(http::Method::post, "selgeo.localhost", "/v1/footfall.js")).status, 299);
  EXPECT_EQ(sent(MadeRequest(http::Method::options, "selgeo.localhost", "/v1/footfall.js")).status, 299);
}

TEST_F(SnippetTest, TheVersionedPathIsKeptForAYear) {
  const Answer plain = sent(get("/v1/footfall.js"));
  EXPECT_EQ(plain.field("Cache-Control"), "public, max-age=3600, stale-while-revalidate=86400");
  EXPECT_EQ(plain.field("Content-Location"), versioned(snippet_script().version));
  for (const std::string& path :
       {versioned(snippet_script().version), "/v1/selgeo-" + std::string(snippet_script().version) + ".js"}) {
    const Answer answer = sent(get(path));
    EXPECT_EQ(answer.body, snippet_script().plain);
    EXPECT_EQ(answer.field("Cache-Control"), "public, max-age=31536000, immutable");
  }
  const Answer other = sent(get(versioned("0123456789abcdef")));
  EXPECT_EQ(other.status, 200) << "a page that names another version goes on reporting clicks";
  EXPECT_EQ(other.body, snippet_script().plain);
  EXPECT_EQ(other.field("Cache-Control"), plain.field("Cache-Control")) << "but what it got must not stay for a year";
}

TEST_F(SnippetTest, HeaderLines) {
  for (const std::string& path :
       {std::string("/v1/footfall.js"), versioned(snippet_script().version), std::string("/v1/footfall.d.ts")}) {
    const Answer answer = sent(get(path, "gzip, deflate, br"));
    EXPECT_EQ(answer.field("Vary"), "Accept-Encoding") << path;
    EXPECT_EQ(answer.field("Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(answer.field("Cross-Origin-Resource-Policy"), "cross-origin");
    EXPECT_EQ(answer.field("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer.field("Set-Cookie"), std::nullopt);
  }
}

TEST_F(SnippetTest, EachCodingHasItsBytesAndItsTag) {
  const std::string version(snippet_script().version);
  const Answer none = sent(get("/v1/footfall.js"));
  EXPECT_EQ(none.field("Content-Encoding"), std::nullopt);
  EXPECT_EQ(none.field("ETag"), "\"" + version + "\"");
  const Answer gzip = sent(get("/v1/footfall.js", "gzip"));
  EXPECT_EQ(gzip.body, snippet_script().gzip);
  EXPECT_EQ(gzip.field("Content-Encoding"), "gzip");
  EXPECT_EQ(gzip.field("ETag"), "\"" + version + "-gzip\"");
  const Answer brotli = sent(get("/v1/footfall.js", "gzip, deflate, br, zstd"));
  EXPECT_EQ(brotli.body, snippet_script().brotli);
  EXPECT_EQ(brotli.field("Content-Encoding"), "br");
  EXPECT_EQ(brotli.field("ETag"), "\"" + version + "-br\"");
}

TEST_F(SnippetTest, NotModified) {
  const std::string version(snippet_script().version);
  for (const std::string& held :
       {"\"" + version + "\"", "W/\"" + version + "-br\"", "\"old\", \"" + version + "-gzip\"", std::string("*")}) {
    const Answer answer = sent(get("/v1/footfall.js", "br").with("If-None-Match", held));
    EXPECT_EQ(answer.status, 304) << held;
    EXPECT_TRUE(answer.body.empty());
    EXPECT_EQ(answer.field("Content-Encoding"), std::nullopt);
    EXPECT_EQ(answer.field("ETag"), "\"" + version + "-br\"");
    EXPECT_EQ(answer.field("Cache-Control"), "public, max-age=3600, stale-while-revalidate=86400");
    EXPECT_EQ(answer.field("Vary"), "Accept-Encoding");
  }
  EXPECT_EQ(sent(get("/v1/footfall.js").with("If-None-Match", "\"0123456789abcdef\"")).status, 200);
  EXPECT_EQ(sent(get("/v1/footfall.js").with("If-None-Match", "")).status, 200);
}

TEST(ChooseCoding, AcceptEncoding) {
  const std::pair<const char*, Coding> cases[] = {
      {"", Coding::none},
      {"identity", Coding::none},
      {"gzip", Coding::gzip},
      {"x-gzip", Coding::gzip},
      {"GZIP", Coding::gzip},
      {"br", Coding::brotli},
      {" br ; q=1.0 ", Coding::brotli},
      {"gzip;q=1.0, br;q=0.1", Coding::brotli},
      {"br;q=0, gzip", Coding::gzip},
      {"br;q=0.000,gzip;q=0", Coding::none},
      {"br;q=0.001", Coding::brotli},
      {"*", Coding::brotli},
      {"*;q=0", Coding::none},
      {"*, br;q=0", Coding::gzip},
      {"gzip, *;q=0", Coding::gzip},
      {"brotli, gzipped", Coding::none},
      {",,;,;q=0,", Coding::none},
      {"deflate, zstd", Coding::none},
  };
  for (const auto& [accepted, coding] : cases) EXPECT_EQ(choose_coding(accepted), coding) << accepted;
}

}  // namespace
}  // namespace footfall::edge
