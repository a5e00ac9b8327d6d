// What ingest reads from a click alone: networks and query strings. User agents: user_agents_test.cc.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>

#include "core/ingest/networks.h"
#include "core/ingest/query_fields.h"
#include "proto/base/bytes.h"
#include "proto/http/message.h"
#include "tests/support/child_process.h"

namespace footfall::core {
namespace {

std::string address(const std::string& text) {
  const http::Address parsed = http::parse_address(text);
  return std::string(parsed.view());
}

TEST(Networks, MatchByPrefix) {
  const auto list =
      NetworkList::load({{"10.1.0.0/16", "10.1.2.0/24", "2001:db8::/32", "2001:db8:7::/48", "0.0.0.0/8"}, "", true})
          .value();
  EXPECT_EQ(list.find(address("10.1.200.0")), InNetwork::yes);
  EXPECT_EQ(list.find(address("10.1.2.77")), InNetwork::yes);
  EXPECT_EQ(list.find(address("10.0.255.255")), InNetwork::no);
  EXPECT_EQ(list.find(address("10.2.0.0")), InNetwork::no);
  EXPECT_EQ(list.find(address("0.1.2.3")), InNetwork::yes);
  EXPECT_EQ(list.find(address("255.255.255.255")), InNetwork::no);
  EXPECT_EQ(list.find(address("2001:db8::1")), InNetwork::yes);
  EXPECT_EQ(list.find(address("2001:db9::")), InNetwork::no);
  EXPECT_EQ(list.find(""), InNetwork::no);
  EXPECT_EQ(NetworkList::load({}).value().find(address("10.1.2.0")), InNetwork::no);
}

TEST(Networks, OfATruncatedAddressAPartDecidesNothing) {
  const auto list =
      NetworkList::load(
          {{"192.0.2.64/26", "198.51.100.7", "2001:db8:1:2::/64", "203.0.113.0/25", "203.0.113.128/25"}, "", false})
          .value();
  EXPECT_EQ(list.find(address("192.0.2.0")), InNetwork::unknown);
  EXPECT_EQ(list.find(address("192.0.2.65")), InNetwork::yes);
  EXPECT_EQ(list.find(address("192.0.2.63")), InNetwork::no);
  EXPECT_EQ(list.find(address("198.51.100.0")), InNetwork::unknown);
  EXPECT_EQ(list.find(address("198.51.101.0")), InNetwork::no);
  EXPECT_EQ(list.find(address("2001:db8:1::")), InNetwork::unknown);
  EXPECT_EQ(list.find(address("2001:db8:1:2::9")), InNetwork::yes);
}

TEST(Networks, NarrowerThanWhatIsStoredAreRefused) {
  for (const char* narrow : {"192.0.2.0/25", "192.0.2.7", "2001:db8::/49", "2001:db8::1"}) {
    const auto refused = NetworkList::load({{narrow}, "", true});
    ASSERT_FALSE(refused.has_value()) << narrow;
    EXPECT_NE(refused.error().message.find("is narrower than /"), std::string::npos);
    EXPECT_TRUE(NetworkList::load({{narrow}, "", false}).has_value()) << narrow;
  }
  EXPECT_TRUE(NetworkList::load({{"192.0.2.0/24", "2001:db8::/48"}, "", true}).has_value());
  EXPECT_FALSE(NetworkList::load({{"10.0.0.0/33"}, "", true}).has_value());
}

TEST(Networks, ComeFromAFileToo) {
  const support::TempDir folder;
  const auto path = folder.path() / "networks";
  std::ofstream(path) << "# a cloud\n10.0.0.0/8\n\n 2001:db8::/32  # another\r\n";
  const auto list = NetworkList::load({{"192.0.2.0/24"}, path.string(), true}).value();
  EXPECT_EQ(list.texts().size(), 3u);
  EXPECT_EQ(list.find(address("10.9.9.0")), InNetwork::yes);
  EXPECT_EQ(list.find(address("2001:db8:5::")), InNetwork::yes);
  std::ofstream(path) << "10.0.0.0/99\n";
  EXPECT_FALSE(NetworkList::load({{}, path.string(), true}).has_value());
  EXPECT_FALSE(NetworkList::load({{}, "/nonexistent/networks", true}).has_value());
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

TEST(QueryFields, SubIdsAndUtmAreReadFromTheWhole) {  // D-23
  std::string query;
  for (int i = 0; i < 80; ++i) query += "p" + std::to_string(i) + "=" + std::string(60, 'x') + "&";
  const auto fields = query_fields(query + "sub5=five&utm_term=" + std::string(2'000, 't'));
  EXPECT_EQ(fields.sub[4], "five");
  EXPECT_EQ(boost::json::parse(fields.utm).at("utm_term").as_string().size(), kUtmBytesMax);
  std::string umlauts;
  for (int i = 0; i < 400; ++i) umlauts += "%C3%A4";
  EXPECT_EQ(query_fields("sub1=" + umlauts).sub[0].size(), kSubBytesMax - 1) << "not within a character";
  EXPECT_TRUE(is_valid_utf8(query_fields("utm_term=x" + umlauts).utm));
}

TEST(QueryFields, AQueryThatPassedThroughHtml) {
  const auto fields = query_fields("a=1&amp;sub1=x&amp;utm_source=y&amp;amp;sub2=z");
  EXPECT_EQ(fields.sub[0], "x");
  EXPECT_EQ(fields.sub[1], "z");
  EXPECT_EQ(fields.utm, R"({"utm_source":"y"})");
}

TEST(QueryFields, APlaceholderIsNoSubId) {
  const auto fields = query_fields("sub1={aff_sub}&sub2=%7B%7Bx%7D%7D&sub3=null&sub4=%25x%25&sub5=real");
  for (int i = 0; i < 4; ++i) EXPECT_EQ(fields.sub[static_cast<std::size_t>(i)], "") << i;
  EXPECT_EQ(fields.sub[4], "real");
}

}  // namespace
}  // namespace footfall::core
