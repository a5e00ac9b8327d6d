// COMMON.md D-43: ?url= leads to the allowed hosts and nowhere else, whatever trick is tried.
#include "edge/handlers/deep_link.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "proto/base/bytes.h"

namespace footfall::edge {
namespace {

constexpr std::string_view kHosts = "shop.example staging.shop.example:8443 *.cdn.example xn--bcher-kva.example";

std::string written(std::string_view url) {
  std::string out = "kept";
  return write_allowed_url(out, url, kHosts) ? out : "refused";
}

TEST(DeepLink, LeadsToAllowedHosts) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"https://shop.example/p?a=1&b=2#top", "https://shop.example/p?a=1&b=2#top"},
      {"https://shop.example", "https://shop.example/"},
      {"https://shop.example?a=1", "https://shop.example/?a=1"},
      {"http://shop.example/p", "http://shop.example/p"},
      {"HTTPS://Shop.Example/Path", "https://shop.example/Path"},
      {"https://shop.example:443/p", "https://shop.example/p"},
      {"http://shop.example:80/p", "http://shop.example/p"},
      {"https://staging.shop.example:8443/p", "https://staging.shop.example:8443/p"},
      {"https://img.cdn.example/p", "https://img.cdn.example/p"},
      {"https://a.b.cdn.example/p", "https://a.b.cdn.example/p"},
      {"https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"},
      {"https://shop.example/a@evil.example", "https://shop.example/a@evil.example"},
      {"https://shop.example//evil.example", "https://shop.example//evil.example"},
      {"https://shop.example/{click_id}", "https://shop.example/%7Bclick_id%7D"},
      {"https://shop.example/?to=https://evil.example", "https://shop.example/?to=https://evil.example"},
  };
  for (const auto& [url, expected] : cases) EXPECT_EQ(written(url), expected) << url;
}

TEST(DeepLink, RefusesTheKnownTricks) {
  for (const std::string_view url : {
           "",
           "/p",
           "//shop.example/p",
           "//evil.example",
           "shop.example/p",
           "https:shop.example/p",
           "https:/shop.example/p",
           "https:///shop.example/p",
           "https://",
           "https://evil.example/",
           "https://evil.example/shop.example",
           "https://evil.example#shop.example",
           "https://evil.example?shop.example",
           "https://shop.example.evil.example/",
           "https://evilshop.example/",
           "https://notcdn.example/",
           "https://cdn.example/",
           "https://.cdn.example/",
           "https://a..cdn.example/",
           "https://evil.example/.cdn.example",
           "https://shop.example@evil.example/",
           "https://user:word@shop.example/",
           "https://@shop.example/",
           "https://shop.example%40evil.example/",
           "https://shop%2Eexample/",
           "https://shop.example%00.evil.example/",
           "https://shop.example\\@evil.example/",
           "https://shop.example\\.evil.example/",
           "https:\\\\shop.example/p",
           "https://shop.example/\\evil.example",
           "https://evil.example\\/shop.example",
           "https://shop.example./",
           "https://shop.example:8443/",
           "https://shop.example:/",
           "https://shop.example:0443/",
           "https://shop.example:443:443/",
           "https://shop.example:99999999/",
           "https://shop.example:@evil.example/",
           "https://shop.example:80/",
           "https://staging.shop.example/",
           "https://staging.shop.example:443/",
           "https://[::1]/",
           "https://2130706433/",
           "https://0x7f000001/",
           "https://b\xC3\xBC\x63her.example/",
           "https://shop\xE3\x80\x82\x65xample/",
           "https://\xEF\xBD\x93hop.example/",
           "https://shop.example\xE2\x80\x8B/",
           " https://shop.example/",
           "https://shop.example/ ",
           "https://shop.example/a b",
           "ht\ttps://shop.example/",
           "https://shop.exam\nple/",
           "https://shop.example/\r\nSet-Cookie: a=1",
           "https://shop.example\t@evil.example/",
           "javascript:alert(1)",
           "JavaScript://shop.example/%0aalert(1)",
           "data:text/html,<script>",
           "vbscript:x",
           "file://shop.example/etc/passwd",
           "ftp://shop.example/",
           "blob:https://shop.example/",
           "view-source:https://shop.example/",
           "intent://shop.example/#Intent;end",
           "httpss://shop.example/",
       }) {
    EXPECT_EQ(written(url), "refused") << url;
  }
  EXPECT_EQ(written("https://shop.example/" + std::string(2'048, 'a')), "refused");
  std::string out;
  EXPECT_FALSE(write_allowed_url(out, std::string_view("https://shop.example\0/", 22), kHosts));
  EXPECT_FALSE(write_allowed_url(out, "https://shop.example/", ""));
  EXPECT_FALSE(write_allowed_url(out, "https:///", " "));
}

TEST(DeepLink, IsDecodedOnce) {
  std::string out;
  EXPECT_TRUE(write_deep_link(out, "a=1&url=https%3A%2F%2Fshop.example%2Fa%2520b%3Fc%3Dd%26e", kHosts));
  EXPECT_EQ(out, "https://shop.example/a%20b?c=d&e");
  EXPECT_TRUE(write_deep_link(out, "url=https://shop.example/a+b", kHosts));
  EXPECT_EQ(out, "https://shop.example/a+b");
  EXPECT_FALSE(write_deep_link(out, "url=https%253A%252F%252Fshop.example%252F", kHosts));
  EXPECT_FALSE(write_deep_link(out, "url=https://shop.example%2540evil.example/", kHosts));
  EXPECT_FALSE(write_deep_link(out, "url=", kHosts));
  EXPECT_FALSE(write_deep_link(out, "a=https://shop.example/", kHosts));
  // The first one counts, so that nothing which reads the query otherwise is led astray.
  EXPECT_FALSE(write_deep_link(out, "url=https://evil.example/&url=https://shop.example/", kHosts));
}

// Whatever is made of the pieces of which the tricks are made: what comes out begins with an allowed host and its end.
RC_GTEST_PROP(DeepLink, NeverLeadsElsewhere, ()) {
  const auto pieces =
      *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(std::vector<std::string>{"https://",
                                                                                                "http://",
                                                                                                "HTTPS:",
                                                                                                "//",
                                                                                                "/",
                                                                                                "\\",
                                                                                                "@",
                                                                                                ":",
                                                                                                ":443",
                                                                                                ":80",
                                                                                                ".",
                                                                                                "..",
                                                                                                "%2F",
                                                                                                "%40",
                                                                                                "%5C",
                                                                                                "%00",
                                                                                                "shop.example",
                                                                                                "evil.example",
                                                                                                ".cdn.example",
                                                                                                "cdn.example",
                                                                                                "img",
                                                                                                "?",
                                                                                                "#",
                                                                                                "\t",
                                                                                                "\n",
                                                                                                "\r",
                                                                                                " ",
                                                                                                "[",
                                                                                                "]",
                                                                                                "xn--",
                                                                                                "\xC2\xA0",
                                                                                                "\xE3\x80\x82",
                                                                                                "javascript:",
                                                                                                "{",
                                                                                                "}",
                                                                                                "a",
                                                                                                "0",
                                                                                                "\x7F"}));
  std::string url = *rc::gen::elementOf(std::vector<std::string>{"", "https://", "https://shop.example", "http://img"});
  for (const auto& piece : pieces) url += piece;
  std::string out;
  if (!write_allowed_url(out, url, "shop.example *.cdn.example")) return;
  const std::string_view scheme = out.starts_with("https://") ? "https://" : "http://";
  RC_ASSERT(out.starts_with(scheme));
  const std::string host = out.substr(scheme.size(), out.find_first_of("/?#\\@:", scheme.size()) - scheme.size());
  RC_ASSERT(host == "shop.example" || (host.ends_with(".cdn.example") && host.front() != '.'));
  RC_ASSERT(out[scheme.size() + host.size()] == '/');
  RC_ASSERT(out.find_first_of("\\ \t\r\n{}") == std::string::npos);
}

}  // namespace
}  // namespace footfall::edge
