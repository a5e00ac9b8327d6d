// What ingest reads from a click alone: networks and query strings. User agents: user_agents_test.cc.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "core/ingest/networks.h"
#include "core/ingest/query_fields.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

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
