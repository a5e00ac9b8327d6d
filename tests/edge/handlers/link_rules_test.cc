// COMMON.md D-40 to D-43, D-47: links with rules, from the request to the answer.
#include <gtest/gtest.h>

#include <set>

#include "edge/handlers/redirect.h"
#include "proto/wire/link_targets.h"
#include "tests/edge/handlers/handler_fixture.h"

namespace footfall::edge {
namespace {

constexpr std::string_view kDesktopAgent = "Mozilla/5.0 (X11; Linux x86_64) Chrome/126.0.0.0 Safari/537.36";
constexpr std::string_view kPhoneAgent = "Mozilla/5.0 (Linux; Android 10; K) Chrome/126.0.0.0 Mobile Safari/537.36";

MadeRequest visit(std::string target, std::string_view agent = kDesktopAgent) {
  return MadeRequest(http::Method::get, "c.localhost", std::move(target)).with("User-Agent", std::string(agent));
}

class LinkRulesTest : public testing::Test, protected HandlerFixture {
 protected:
  // Where the visitor goes when the click could not be kept: without an id.
  std::string leads_to(MadeRequest request) { return owed(std::move(request)).otherwise.location(); }
};

// D-40.
TEST_F(LinkRulesTest, BeforeItsStartItLeadsToTheFallbackOrIsUnknown) {
  link().starts_s = kNowS + 1;
  EXPECT_EQ(sent(visit("/abc")).status, 404);
  EXPECT_EQ(sent(visit("/abc+")).status, 404);
  campaign().fallback = "https://shop.example/soon";
  EXPECT_EQ(sent(visit("/abc?a=1")).location(), "https://shop.example/soon?a=1");
  EXPECT_NE(sent(visit("/abc+")).body.find("https://shop.example/soon"), std::string::npos);
  EXPECT_EQ(refused(Refusal::early), 3u);
  EXPECT_TRUE(log.submitted.empty());
  link().starts_s = kNowS;
  EXPECT_EQ(leads_to(visit("/abc")), "https://shop.example/p");
  EXPECT_TRUE(equation_closes());
}

TEST_F(LinkRulesTest, OnceCappedItIsAsExpired) {
  link().is_capped = true;
  EXPECT_EQ(sent(visit("/abc")).status, 410);
  link().fallback = "https://shop.example/sold-out";
  EXPECT_EQ(sent(visit("/abc")).location(), "https://shop.example/sold-out");
  EXPECT_EQ(refused(Refusal::expired), 2u);
  EXPECT_TRUE(log.submitted.empty());
}

TEST_F(LinkRulesTest, TargetsAreChosenByDevice) {
  std::string targets;
  wire::append_link_target(targets, {.devices = wire::kMobile, .url = "https://m.shop.example/{click_id}"});
  link().targets = targets;
  EXPECT_EQ(leads_to(visit("/abc")), "https://shop.example/p");
  EXPECT_EQ(leads_to(visit("/abc?sub1=x", kPhoneAgent)), "https://m.shop.example/?sub1=x");
  EXPECT_NE(sent(visit("/abc+", kPhoneAgent)).body.find("https://m.shop.example/"), std::string::npos);
  campaign().status = CampaignStatus::paused;
  EXPECT_EQ(sent(visit("/abc", kPhoneAgent)).location(), "https://m.shop.example/");
}

TEST_F(LinkRulesTest, AVisitorStaysWithOneTarget) {
  std::string targets;
  wire::append_link_target(targets, {.url = "https://a.example/"});
  wire::append_link_target(targets, {.url = "https://b.example/"});
  link().targets = targets;
  std::set<std::string> seen;
  for (int visitor = 0; visitor < 40; ++visitor) {
    const auto from = [visitor] { return visit("/abc").with("X-Forwarded-For", "192.0.2." + std::to_string(visitor)); };
    const std::string first = leads_to(from());
    seen.insert(first);
    EXPECT_EQ(leads_to(from()), first);
    clock.now_us += 86'400'000'000;
    EXPECT_EQ(leads_to(from()), first) << "on the next day";
  }
  EXPECT_EQ(seen, (std::set<std::string>{"https://a.example/", "https://b.example/"}));
}

TEST_F(LinkRulesTest, ADeepLinkLeadsToAllowedHostsOnly) {
  const std::string wanted = "/abc?url=https%3A%2F%2Fshop.example%2Fshoes%3Fsize%3D42%23top&sub1=x";
  EXPECT_TRUE(leads_to(visit(wanted)).starts_with("https://shop.example/p?url="));  // no hosts: a parameter like others
  campaign().deep_link_hosts = "shop.example *.shop.example";
  EXPECT_EQ(leads_to(visit(wanted)), "https://shop.example/shoes?size=42&sub1=x#top");
  EXPECT_TRUE(owed(visit(wanted)).safe.location().starts_with("https://shop.example/shoes?size=42&sub1=x&click_id="));
  EXPECT_EQ(leads_to(visit("/abc?url=https://evil.example/&a=1")), "https://shop.example/p?a=1");
  EXPECT_EQ(leads_to(visit("/abc?URL=//evil.example&url[]=https://evil.example")), "https://shop.example/p");
  EXPECT_EQ(leads_to(visit("/abc?url=https://shop.example/{affiliate}")), "https://shop.example/%7Baffiliate%7D");
  EXPECT_NE(sent(visit("/abc+?url=https://www.shop.example/x")).body.find("<code>https://www.shop.example/x</code>"),
            std::string::npos);
  link().expires_s = kNowS - 1;
  EXPECT_EQ(sent(visit(wanted)).status, 410);
}

TEST_F(LinkRulesTest, ATargetsOwnUrlParameterStaysWhereDeepLinksAreAllowed) {
  campaign().deep_link_hosts = "shop.example";
  campaign().target = "https://shop.example/p?url=theirs";
  EXPECT_EQ(leads_to(visit("/abc?url=https://evil.example/")), "https://shop.example/p?url=theirs");
}

// D-47.
TEST_F(LinkRulesTest, MacrosNameCampaignAffiliateAndCode) {
  campaign().public_id = "prg_1";
  link().affiliate_public_id = "aff_1";
  link().code = "abc";
  campaign().target = "https://shop.example/{campaign}/{affiliate}?from={code}&in={country}";
  EXPECT_EQ(leads_to(visit("/ABC")), "https://shop.example/prg_1/aff_1?from=abc&in=");
  link().code = "a b&c";  // whatever a code is, it stays within its place
  EXPECT_EQ(leads_to(visit("/abc")), "https://shop.example/prg_1/aff_1?from=a%20b%26c&in=");
}

}  // namespace
}  // namespace footfall::edge
