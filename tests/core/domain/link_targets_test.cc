#include "core/domain/link_targets.h"

#include <gtest/gtest.h>

#include "core/domain/allowed_hosts.h"
#include "proto/wire/link_targets.h"

namespace footfall::core {
namespace {

std::string stored(const std::vector<std::string>& lines) {
  const auto parsed = parse_link_targets(lines);
  return parsed ? *parsed : "refused: " + parsed.error().message;
}

TEST(LinkTargets, AreWrittenInOneForm) {
  EXPECT_EQ(stored({"https://Shop.example"}), "https://shop.example/");
  EXPECT_EQ(stored({"  weight=3   country=us,DE,de device=Tablet,mobile  https://shop.example/a b"}),
            "device=mobile,tablet country=DE,US weight=3 https://shop.example/a%20b");
  EXPECT_EQ(stored({"weight=1 https://a.example/", "device=ios https://b.example/{click_id}"}),
            "https://a.example/\ndevice=ios https://b.example/{click_id}");
  EXPECT_EQ(stored({}), "");
}

TEST(LinkTargets, ReadThemselvesAgain) {
  const std::string text =
      stored({"country=DE device=desktop https://a.example/{country}", "weight=999 http://b.example"});
  EXPECT_EQ(stored(link_target_lines(text)), text);
  const std::string packed = pack_link_targets(text);
  wire::LinkTargetReader reader(packed);
  wire::LinkTarget target;
  ASSERT_TRUE(reader.next(target));
  EXPECT_EQ(target.devices, wire::kDesktop);
  EXPECT_EQ(target.countries, "DE");
  EXPECT_EQ(target.weight, 1);
  EXPECT_EQ(target.url, "https://a.example/{country}");
  ASSERT_TRUE(reader.next(target));
  EXPECT_EQ(target.devices, 0);
  EXPECT_EQ(target.weight, 999);
  EXPECT_EQ(target.url, "http://b.example/");
  EXPECT_TRUE(reader.at_end());
}

TEST(LinkTargets, AreRefusedWithAReason) {
  for (const char* line :
       {"", "device=mobile", "device= https://a.example/", "device=watch https://a.example/",
        "country=D https://a.example/", "country=DEU https://a.example/", "country=D1 https://a.example/",
        "weight=0 https://a.example/", "weight=1001 https://a.example/", "weight=-1 https://a.example/",
        "weight=1.5 https://a.example/", "system=ios https://a.example/", "ftp://a.example/",
        "https://a.example/{nobody}"}) {
    EXPECT_TRUE(stored({line}).starts_with("refused: ")) << line;
  }
  EXPECT_TRUE(stored(std::vector<std::string>(33, "https://a.example/")).starts_with("refused: "));
  EXPECT_TRUE(
      stored(std::vector<std::string>(9, "https://a.example/" + std::string(2'000, 'a'))).starts_with("refused: "));
}

std::string hosts(const std::vector<std::string>& texts) {
  const auto parsed = parse_allowed_hosts(texts);
  return parsed ? *parsed : "refused";
}

TEST(DeepLinkHosts, AreWrittenAsBrowsersDo) {
  EXPECT_EQ(hosts({"Shop.example", "*.Shop.example", "shop.example:443", "shop.example:8443", "B\u00fccher.example"}),
            "shop.example *.shop.example shop.example:8443 xn--bcher-kva.example");
  EXPECT_EQ(hosts({}), "");
  EXPECT_EQ(allowed_host_list("a.example b.example"), (std::vector<std::string>{"a.example", "b.example"}));
  EXPECT_TRUE(allowed_host_list("").empty());
}

TEST(DeepLinkHosts, AreHostsAndNothingElse) {
  for (const char* text : {"", "*", "*.", "*.com", "https://shop.example", "shop.example/", "shop.example/p",
                           "user@shop.example", "shop.example?", "shop example", "*.*.example", "shop.*", "[::1]",
                           "shop.example.", "0x7f000001", "shop.example:0", "shop.example:x"}) {
    EXPECT_EQ(hosts({text}), "refused") << text;
  }
  EXPECT_EQ(hosts(std::vector<std::string>(33, "shop.example")), "refused");
}

TEST(AllowedHosts, NoneIsAllOfAPublicSuffix) {
  for (const char* everybodys :
       {"*.co.uk", "*.com", "*.github.io", "*.CO.UK", "*.uk.com", "*.localhost", "*.example"}) {
    const auto refused = parse_allowed_hosts({everybodys});
    ASSERT_FALSE(refused.has_value()) << everybodys;
    EXPECT_NE(refused.error().message.find("everybody"), std::string::npos) << refused.error().message;
  }
  for (const char* ones_own : {"*.shop.co.uk", "*.shop.example", "*.shop.github.io", "shop.co.uk", "github.io"}) {
    EXPECT_TRUE(parse_allowed_hosts({ones_own}).has_value()) << ones_own;
  }
}

}  // namespace
}  // namespace footfall::core
