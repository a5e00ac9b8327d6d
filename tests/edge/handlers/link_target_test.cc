// COMMON.md D-42: targets per device, country and weight.
#include "edge/handlers/link_target.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "edge/handlers/device.h"
#include "proto/wire/link_targets.h"

namespace footfall::edge {
namespace {

std::string packed(const std::vector<wire::LinkTarget>& targets) {
  std::string out;
  for (const auto& target : targets) wire::append_link_target(out, target);
  EXPECT_TRUE(wire::are_link_targets(out));
  return out;
}

TEST(LinkTarget, TheFirstThatHoldsDecides) {
  const std::string targets = packed({{.devices = wire::kMobile, .countries = "DEAT", .url = "https://mobile-de/"},
                                      {.devices = wire::kMobile | wire::kTablet, .url = "https://touch/"},
                                      {.countries = "US", .url = "https://us/"}});
  EXPECT_EQ(choose_target(targets, {wire::kMobile | wire::kIos, "DE", 0}), "https://mobile-de/");
  EXPECT_EQ(choose_target(targets, {wire::kMobile, "AT", 7}), "https://mobile-de/");
  EXPECT_EQ(choose_target(targets, {wire::kMobile, "US", 0}), "https://touch/");
  EXPECT_EQ(choose_target(targets, {wire::kTablet, "", 0}), "https://touch/");
  EXPECT_EQ(choose_target(targets, {wire::kDesktop, "US", 0}), "https://us/");
  EXPECT_EQ(choose_target(targets, {wire::kDesktop, "DE", 0}), "");
  EXPECT_EQ(choose_target(targets, {wire::kDesktop, "", 0}), "");    // an unknown country is none of those named
  EXPECT_EQ(choose_target(targets, {wire::kDesktop, "EA", 0}), "");  // not the end of DE and the beginning of AT
  EXPECT_EQ(choose_target("", {wire::kDesktop, "DE", 0}), "");
}

TEST(LinkTarget, VisitorsAreSharedByWeight) {
  const std::string targets = packed({{.weight = 3, .url = "https://a/"},
                                      {.devices = wire::kMobile, .url = "https://never/"},
                                      {.weight = 1, .url = "https://b/"}});
  std::map<std::string_view, int> seen;
  for (std::uint64_t draw = 0; draw < 400; ++draw) ++seen[choose_target(targets, {wire::kMobile, "", draw})];
  EXPECT_EQ(seen["https://a/"], 300);
  EXPECT_EQ(seen["https://b/"], 100);
  EXPECT_EQ(seen.size(), 2u);
}

TEST(LinkTarget, MalformedOnesAreNotRead) {
  std::string targets = packed({{.countries = "DE", .url = "https://a/"}});
  for (std::size_t size = 1; size < targets.size(); ++size) {
    EXPECT_FALSE(wire::are_link_targets(std::string_view(targets).substr(0, size))) << size;
    EXPECT_EQ(choose_target(std::string_view(targets).substr(0, size), {wire::kDesktop, "DE", 0}), "") << size;
  }
  std::string weightless;
  wire::append_link_target(weightless, {.weight = 0, .url = "https://a/"});
  EXPECT_FALSE(wire::are_link_targets(weightless));
  std::string many;
  for (std::size_t i = 0; i <= wire::kLinkTargetsMax; ++i) wire::append_link_target(many, {.url = "https://a/"});
  EXPECT_FALSE(wire::are_link_targets(many));
}

RC_GTEST_PROP(LinkTarget, WhatIsChosenHoldsAndNothingBeforeItDoes, ()) {
  std::vector<wire::LinkTarget> targets;
  const int count = *rc::gen::inRange(0, 8);
  std::vector<std::string> urls;
  for (int i = 0; i < count; ++i) urls.push_back("https://" + std::to_string(i) + "/");
  for (const std::string& url : urls) {
    targets.push_back({.devices = *rc::gen::elementOf(std::vector<std::uint8_t>{0, wire::kMobile, wire::kDesktop}),
                       .countries = *rc::gen::elementOf(std::vector<std::string_view>{"", "DE", "DEUS"}),
                       .weight = *rc::gen::inRange<std::uint16_t>(1, 9),
                       .url = url});
  }
  const TargetVisitor visitor{*rc::gen::elementOf(std::vector<std::uint8_t>{wire::kMobile, wire::kDesktop}),
                              *rc::gen::elementOf(std::vector<std::string_view>{"", "DE", "US", "FR"}),
                              *rc::gen::arbitrary<std::uint64_t>()};
  const auto holds = [&](const wire::LinkTarget& target) {
    return (target.devices == 0 || (target.devices & visitor.devices)) &&
           (target.countries.empty() ||
            (!visitor.country.empty() && target.countries.find(visitor.country) != std::string_view::npos));
  };
  const std::string bytes = packed(targets);
  const std::string_view chosen = choose_target(bytes, visitor);
  RC_ASSERT(chosen == choose_target(bytes, visitor));
  const auto first = std::find_if(targets.begin(), targets.end(), holds);
  if (first == targets.end()) {
    RC_ASSERT(chosen.empty());
    return;
  }
  const auto found =
      std::find_if(targets.begin(), targets.end(), [&](const auto& target) { return target.url == chosen; });
  RC_ASSERT(found != targets.end());
  RC_ASSERT(found->devices == first->devices && found->countries == first->countries);
}

TEST(Device, IsToldByTheUserAgent) {
  const std::pair<std::string_view, std::uint8_t> agents[] = {
      {"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
       wire::kDesktop},
      {"Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
       "Safari/605.1.15",
       wire::kDesktop},
      {"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0", wire::kDesktop},
      {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 "
       "Safari/604.1",
       wire::kMobile | wire::kIos},
      {"Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 Version/12.1 Mobile/15E148 Safari/604.1",
       wire::kTablet | wire::kIos},
      {"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile "
       "Safari/537.36",
       wire::kMobile | wire::kAndroid},
      {"Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
       wire::kTablet | wire::kAndroid},
      {"Mozilla/5.0 (Android 13; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0", wire::kMobile | wire::kAndroid},
      {"Mozilla/5.0 (Android 13; Tablet; rv:127.0) Gecko/127.0 Firefox/127.0", wire::kTablet | wire::kAndroid},
      {"Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) AppleWebKit/537.36 Mobile Safari/537.36 "
       "Edge/15",
       wire::kMobile},
      {"Opera/9.80 (J2ME/MIDP; Opera Mini/7.1; U; en) Presto/2.8.119 Version/11.10", wire::kMobile},
      {"curl/8.5.0", wire::kDesktop},
      {"", wire::kDesktop},
  };
  for (const auto& [agent, devices] : agents) EXPECT_EQ(device_of(agent), devices) << agent;
}

}  // namespace
}  // namespace footfall::edge
