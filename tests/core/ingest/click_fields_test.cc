// What ingest decides from a click alone: user agents, networks, query strings.
#include <gtest/gtest.h>

#include <cstdlib>

#include <boost/json.hpp>

#include "core/ingest/crawlers.h"
#include "core/ingest/networks.h"
#include "core/ingest/query_fields.h"
#include "tests/support/child_process.h"

namespace footfall::core {
namespace {

std::filesystem::path vectors() {
  const char* folder = std::getenv("FOOTFALL_VECTORS");
  return folder ? std::filesystem::path(folder) / "ua" : std::filesystem::path();
}

// The lines "  - value" of the lists that are kept as YAML.
std::vector<std::string> yaml_items(const std::filesystem::path& path) {
  std::vector<std::string> items;
  std::istringstream lines(support::read_file(path));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("  - ")) continue;
    auto item = line.substr(4);
    if (item.size() > 1 && (item.front() == '"' || item.front() == '\'') && item.back() == item.front()) {
      item = item.substr(1, item.size() - 2);
    }
    items.push_back(item);
  }
  return items;
}

TEST(Crawlers, KnowsTheUsualOnes) {
  const auto list = CrawlerList::load("").value();
  for (const char* agent :
       {"curl/7.88.1", "Googlebot/2.1 (+http://www.google.com/bot.html)", "python-requests/2.31.0", "Wget/1.21",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "facebookexternalhit/1.1",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 "
        "Safari/537.36"}) {
    EXPECT_TRUE(list->matches(agent)) << agent;
  }
  for (const char* agent :
       {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
        "Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
        "Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UD1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
        "Chrome/126.0.0.0 Mobile Safari/537.36 Instagram 340.0.0.22.109 Android",
        "Mozilla/5.0 (Linux; Android 6.0; CUBOT MAX) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/72.0.3626.121 "
        "Mobile "
        "Safari/537.36"}) {
    EXPECT_FALSE(list->matches(agent)) << agent;
  }
}

TEST(Crawlers, AgainstPublicLists) {
  if (vectors().empty() || !std::filesystem::exists(vectors())) GTEST_SKIP() << "FOOTFALL_VECTORS is not set";
  const auto list = CrawlerList::load("").value();
  auto crawlers = yaml_items(vectors() / "isbot/crawlers.yml");
  const auto known = boost::json::parse(support::read_file(vectors() / "crawler-user-agents.json"));
  for (const auto& entry : known.as_array()) {
    if (const auto* instances = entry.as_object().if_contains("instances")) {
      for (const auto& instance : instances->as_array()) crawlers.emplace_back(instance.as_string());
    }
  }
  ASSERT_GT(crawlers.size(), 2'500u);
  std::size_t missed = 0;
  for (const auto& agent : crawlers) missed += !list->matches(agent);
  EXPECT_LT(missed, crawlers.size() / 100) << missed << " of " << crawlers.size();

  const auto browsers = yaml_items(vectors() / "isbot/browsers.yml");
  ASSERT_GT(browsers.size(), 500u);
  std::size_t flagged = 0;
  for (const auto& agent : browsers) flagged += list->matches(agent);
  EXPECT_LT(flagged, browsers.size() / 20) << flagged << " of " << browsers.size();
}

TEST(Crawlers, ReadsMorePatternsAndRefusesBadOnes) {
  EXPECT_TRUE(CrawlerList::compile("ours").value()->matches("this is OURS"));
  EXPECT_FALSE(CrawlerList::compile("ours\n!not ours").value()->matches("this is not ours"));
  EXPECT_FALSE(CrawlerList::compile("# comment\n\nx{2}\r\n").value()->matches("# comment"));
  const auto bad = CrawlerList::compile("fine\n(");
  ASSERT_FALSE(bad.has_value());
  EXPECT_NE(bad.error().message.find("line 2"), std::string::npos);
  EXPECT_FALSE(CrawlerList::load("/nonexistent/list").has_value());
}

TEST(Crawlers, TheCacheAgreesWithTheList) {
  const auto list = CrawlerList::load("").value();
  AgentCache cache(*list);
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(cache.is_crawler("curl/7.88.1"));
    EXPECT_FALSE(cache.is_crawler("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"));
  }
}

TEST(Networks, MatchByPrefix) {
  const auto list = NetworkList::parse({"10.1.0.0/16", "192.0.2.7", "2001:db8::/32"}).value();
  const auto bytes = [](std::initializer_list<int> values) { return std::string(values.begin(), values.end()); };
  EXPECT_TRUE(list.contains(bytes({10, 1, 200, 0})));
  EXPECT_FALSE(list.contains(bytes({10, 2, 0, 0})));
  EXPECT_TRUE(list.contains(bytes({192 - 256, 0, 2, 7})));
  EXPECT_FALSE(list.contains(bytes({192 - 256, 0, 2, 8})));
  EXPECT_TRUE(list.contains(bytes({0x20, 0x01, 0x0d, 0xb8 - 256, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})));
  EXPECT_FALSE(list.contains(""));
  EXPECT_FALSE(NetworkList::parse({"10.0.0.0/33"}).has_value());
}

TEST(QueryFields, AreTakenApart) {
  const auto fields = query_fields("sub1=a&sub2=b+c&sub1=again&utm_source=x&k=v%26w&flag&=nothing&sub9=9");
  EXPECT_EQ(fields.sub[0], "a");
  EXPECT_EQ(fields.sub[1], "b c");
  EXPECT_EQ(fields.utm, R"({"utm_source":"x"})");
  EXPECT_EQ(fields.params, R"({"k":"v&w","flag":"","sub9":"9"})");
  EXPECT_EQ(query_fields("").params, "");
}

TEST(QueryFields, AreBounded) {
  std::string many, heavy;
  for (int i = 0; i < 80; ++i) many += "p" + std::to_string(i) + "=1&";
  const auto bounded = boost::json::parse(query_fields(many).params);
  EXPECT_EQ(bounded.as_object().size(), kQueryFieldsMax);
  for (int i = 0; i < 8; ++i) heavy += "p" + std::to_string(i) + "=" + std::string(1'000, 'x') + "&";
  EXPECT_LE(query_fields(heavy).params.size(), kQueryFieldBytesMax + 200);
  EXPECT_EQ(query_fields("sub1=" + std::string(1'000, 'x')).sub[0].size(), kSubBytesMax);
}

}  // namespace
}  // namespace footfall::core
