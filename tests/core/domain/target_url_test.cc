#include "core/domain/target_url.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "proto/wire/macros.h"

namespace footfall::core {
namespace {

TEST(TargetUrl, NormalisesWhatItTakes) {
  struct Case {
    const char* input;
    const char* text;
  };
  for (const auto& c : {
           Case{"https://example.com", "https://example.com/"},
           Case{"HTTPS://Example.COM/Summer?A=1#Top", "https://example.com/Summer?A=1#Top"},
           Case{"  https://example.com/  ", "https://example.com/"},
           Case{"http://example.com:80/", "http://example.com/"},
           Case{"https://example.com:443?a=b", "https://example.com/?a=b"},
           Case{"http://localhost:8000/shop", "http://localhost:8000/shop"},
           Case{"https://example.com:00443/", "https://example.com/"},
           Case{"https://bücher.example/ü?q=ß", "https://xn--bcher-kva.example/%C3%BC?q=%C3%9F"},
           Case{"https://example.com/a b?c=d|e", "https://example.com/a%20b?c=d%7Ce"},
           Case{"https://example.com/?x[]=1", "https://example.com/?x%5B%5D=1"},
           Case{"https://example.com/#a#b", "https://example.com/#a%23b"},
           Case{"http://127.0.0.1:8000/", "http://127.0.0.1:8000/"},
           Case{"http://[0:0:0:0:0:0:0:1]:8000/", "http://[::1]:8000/"},
           Case{"http://[::ffff:1.2.3.4]/", "http://[::ffff:102:304]/"},
           Case{"http://[2001:DB8:0:0:1:0:0:1]/", "http://[2001:db8::1:0:0:1]/"},
           Case{"http://my_shop.example/", "http://my_shop.example/"},
       }) {
    const auto target = parse_target_url(c.input);
    ASSERT_TRUE(target.has_value()) << c.input << ": " << target.error().message;
    EXPECT_EQ(target->text, c.text);
    EXPECT_EQ(parse_target_url(target->text)->text, target->text) << "not stable: " << c.input;
  }
}

// Octal, hexadecimal, short of parts: none of these is taken, and those that lead to a private address say so.
TEST(TargetUrl, NumbersAsHostsTellWhetherTheyArePrivate) {
  for (const char* host :
       {"2130706433", "0x7f000001", "0X7F.1", "0177.0.0.1", "127.1", "10.0.1", "0xa9fea9fe", "0", "3232235777"}) {
    const auto refused = parse_target_url("https://" + std::string(host) + "/");
    ASSERT_FALSE(refused.has_value()) << host;
    EXPECT_EQ(refused.error().code, kPrivateNumber) << host;
  }
  for (const char* host :
       {"16843009", "0x08080808", "1.1", "010.010.010.010", "256.0.0.1", "1.2.3.4.5", "foo.0x1", "4294967296"}) {
    const auto refused = parse_target_url("https://" + std::string(host) + "/");
    ASSERT_FALSE(refused.has_value()) << host;
    EXPECT_EQ(refused.error().code, "") << host;
  }
}

// One list for core and the edge (proto/wire/macros.h): what the edge expands, core takes.
TEST(TargetUrl, KeepsMacrosWhereTheyMayStand) {
  for (const std::string_view macro : wire::kTargetMacros) {
    const std::string text =
        "https://example.com/a" + std::string(macro) + "?s=" + std::string(macro) + "#" + std::string(macro);
    const auto kept = parse_target_url(text);
    ASSERT_TRUE(kept.has_value()) << kept.error().message;
    EXPECT_EQ(kept->text, text);
  }
  EXPECT_EQ(parse_target_url("https://example.com/?a=%7Bclick_id%7D")->text, "https://example.com/?a=%7Bclick_id%7D");
  EXPECT_FALSE(parse_target_url("https://example.com/?a={sub6}").has_value());
  EXPECT_FALSE(parse_target_url("https://example.com/?a={SUB1}").has_value());
  const auto target = parse_target_url("https://example.com/go/{click_id}?c={click_id}&ü");
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->text, "https://example.com/go/{click_id}?c={click_id}&%C3%BC");
  EXPECT_FALSE(parse_target_url("https://{click_id}.example.com/").has_value());
  EXPECT_FALSE(parse_target_url("https://example.com:{click_id}/").has_value());
  EXPECT_FALSE(parse_target_url("https://example.com/?a={click_id").has_value());
}

// The cases that COMMON.md D-30 names, and their kin.
TEST(TargetUrl, RefusesWhatParsersReadDifferently) {
  for (const char* input : {
           "",
           "example.com",
           "//example.com",
           "/path",
           "javascript:alert(1)",
           "data:text/html,x",
           "ftp://example.com",
           "http:example.com",
           "http:/example.com",
           "http:///example.com",
           "https://",
           "https:///",
           "http://2001::1",
           "https://@test@test@example:800/",
           "https://user@example.com/",
           "https://user:pass@example.com/",
           "https://@example.com/",
           "http://f:999999/c",
           "http://f:65536/",
           "http://f:0/",
           "http://f:/",
           "http://f:b/",
           "http://ho%00st/",
           "http://ho%73t/",
           "http://foo:-80/",
           "http://good.example\\@evil.example/",
           "http://good.example\\evil.example/",
           "https://exa mple.com/",
           "http://0x7f.1/",
           "http://2130706433/",
           "http://127.1/",
           "http://0177.0.0.1/",
           "http://256.0.0.1/",
           "http://1.2.3.4.5/",
           "http://foo.0x1/",
           "http://example.com./",
           "http://a..b/",
           "http://.a/",
           "http://exa\tmple.com/",
           "http://example.com/a\nb",
           "http://example.com/%zz",
           "http://example.com/%4",
           "http://example.com/\x7f",
           "http://example.com/\xff",
           "http://[::1/",
           "http://[::1%25eth0]/",
           "http://[]/",
           "http://[::1]x/",
           "http://a<b/",
           "http://a,b/",
           "http://xn--0/",
           "http://\xE2\x80\xAE.example/",
       }) {
    EXPECT_FALSE(parse_target_url(input).has_value()) << input;
  }
  EXPECT_FALSE(parse_target_url("http://example.com/" + std::string(kTargetBytesMax, 'a')).has_value());
  EXPECT_FALSE(parse_target_url(std::string_view("http://example.com/\0x", 21)).has_value());
  EXPECT_FALSE(parse_target_url("http://" + std::string(64, 'a') + ".example/").has_value());
}

RC_GTEST_PROP(TargetUrlProperty, NeverThrowsAndIsStable, (const std::string& tail)) {
  for (const std::string& input : {"https://" + tail, "https://example.com/" + tail, tail}) {
    const auto target = parse_target_url(input);
    if (!target) continue;
    const auto again = parse_target_url(target->text);
    RC_ASSERT(again.has_value());
    RC_ASSERT(again->text == target->text);
    RC_ASSERT(again->host == target->host);
  }
}

boost::json::value read_vectors(const std::string& name) {
  const char* folder = std::getenv("FOOTFALL_VECTORS");
  if (!folder) return nullptr;
  std::ifstream file(std::string(folder) + "/url/" + name);
  std::stringstream text;
  text << file.rdbuf();
  std::string json = text.str();
  // Lone surrogates are not JSON to Boost; U+FFFD stands in, which no host may contain either.
  for (std::size_t at = 0; (at = json.find("\\ud", at)) != std::string::npos; at += 2) {
    if (json[at + 3] >= '8') json.replace(at, 6, "\\ufffd");
  }
  return boost::json::parse(json);
}

// The gate: nothing that WHATWG refuses is taken, and what is taken goes to the host that WHATWG names.
TEST(TargetUrl, AgreesWithWhatwg) {
  for (const char* name : {"urltestdata.json", "ada_extra_urltestdata.json"}) {
    const auto vectors = read_vectors(name);
    if (vectors.is_null()) GTEST_SKIP() << "FOOTFALL_VECTORS is unset";
    int taken = 0, cases = 0;
    for (const auto& entry : vectors.as_array()) {
      const auto* vector = entry.if_object();
      if (!vector) continue;
      const auto* base = vector->if_contains("base");
      const bool absolute = !base || base->is_null();
      const std::string input(vector->at("input").as_string());
      const auto target = parse_target_url(input);
      ++cases;
      if (!target) continue;
      ++taken;
      const bool fails = vector->contains("failure") && vector->at("failure").as_bool() && absolute;
      EXPECT_FALSE(fails) << input;
      if (vector->contains("failure")) continue;
      EXPECT_EQ(target->host, std::string(vector->at("hostname").as_string())) << input;
      EXPECT_TRUE(target->text.starts_with(std::string(vector->at("protocol").as_string()) + "//")) << input;
      const std::string port(vector->at("port").as_string());
      const std::string authority = "//" + target->host + (port.empty() ? "" : ":" + port) + "/";
      EXPECT_NE(target->text.find(authority), std::string::npos) << input << " → " << target->text;
    }
    EXPECT_GT(cases, 20) << name;
    RecordProperty(std::string(name) + "_taken", taken);
  }
}

TEST(TargetUrl, AgreesOnInternationalNames) {
  int taken = 0;
  for (const char* name : {"toascii.json", "IdnaTestV2.json"}) {
    const auto vectors = read_vectors(name);
    if (vectors.is_null()) GTEST_SKIP() << "FOOTFALL_VECTORS is unset";
    for (const auto& entry : vectors.as_array()) {
      const auto* vector = entry.if_object();
      if (!vector) continue;
      const std::string input(vector->at("input").as_string());
      const auto host = normalise_host(input);
      if (!host) continue;
      ++taken;
      EXPECT_FALSE(vector->at("output").is_null()) << input << " → " << *host;
      if (vector->at("output").is_null()) continue;
      EXPECT_EQ(*host, std::string(vector->at("output").as_string())) << input;
    }
  }
  EXPECT_GT(taken, 100);
}

}  // namespace
}  // namespace footfall::core
