// Queries and forms as browsers, servers and HTML pages write them; and the Bearer scheme.
#include "proto/wire/query.h"

#include <gtest/gtest.h>

#include "proto/wire/credentials.h"

namespace footfall::wire {
namespace {

using Decoded = std::vector<std::pair<std::string, std::string>>;

TEST(Query, ReadsSegmentsAsTheyAreWritten) {
  QueryReader reader("a=1&&b&=x&c=d=e");
  std::string read;
  for (QueryParameter each; reader.next(each);) {
    read.append(each.segment).append("|").append(each.name).append("|").append(each.value).append(";");
  }
  EXPECT_EQ(read, "a=1|a|1;b|b|;=x||x;c=d=e|c|d=e;");
}

TEST(Query, SeparatorsThatPassedThroughHtmlSeparate) {
  EXPECT_EQ(decode_query("clickid=C&amp;action_id=o5&amp;goal=lead"),
            (Decoded{{"clickid", "C"}, {"action_id", "o5"}, {"goal", "lead"}}));
  EXPECT_EQ(decode_query("a=1&amp;amp;b=2"), (Decoded{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(decode_query("a=1&amp;"), (Decoded{{"a", "1"}}));
  // Only behind a separator: these are names and values.
  EXPECT_EQ(decode_query("amp;a=1"), (Decoded{{"amp;a", "1"}}));
  EXPECT_EQ(decode_query("a=amp;&amp=2&b=x;y"), (Decoded{{"a", "amp;"}, {"amp", "2"}, {"b", "x;y"}}));
  EXPECT_EQ(decode_query("a=1%26amp;b=2"), (Decoded{{"a", "1&amp;b=2"}}));
}

TEST(Query, PassingOnKeepsWhatWasWritten) {
  QueryReader reader("a=1&amp;b=2");
  QueryParameter each;
  ASSERT_TRUE(reader.next(each) && reader.next(each));
  EXPECT_EQ(each.segment, "amp;b=2");
  EXPECT_EQ(each.name, "b");
}

TEST(Query, DecodesNamesAndValues) {
  EXPECT_EQ(decode_query("a%5B%5D=x+y&b=%zz%4&c"), (Decoded{{"a[]", "x y"}, {"b", "%zz%4"}, {"c", ""}}));
  EXPECT_EQ(decode_query("a=1&b=2&c=3", 2).size(), 2u);
  EXPECT_TRUE(decode_query("").empty());
  EXPECT_TRUE(decode_query("&&&").empty());
}

TEST(Query, FindsParametersByDecodedName) {
  EXPECT_EQ(find_parameter("a=1&k%65y=v&key=w", "key"), "v");
  EXPECT_EQ(find_parameter("a=1&amp;key=v", "key"), "v");
  EXPECT_EQ(find_parameter("a=1", "key"), "");
  EXPECT_EQ(find_parameter("keys=1", "key"), "");
  EXPECT_TRUE(same_parameter_name("a+b", "a%20b"));
  EXPECT_FALSE(same_parameter_name("ab", "abc"));
  EXPECT_TRUE(names_parameter("Click%5Fid", "click_id"));
  EXPECT_TRUE(names_parameter("click_id[0]", "click_id"));
  EXPECT_FALSE(names_parameter("click_ids", "click_id"));
}

TEST(Credentials, Bearer) {
  EXPECT_EQ(bearer_token("Bearer abc"), "abc");
  EXPECT_EQ(bearer_token("  bEARER \t abc  "), "abc");
  EXPECT_EQ(bearer_token("Bearer\tabc"), "abc");
  for (const char* none : {"", "Bearer", "Bearer ", "Bearerabc", "Basic abc", "Bear abc", "abc"}) {
    EXPECT_EQ(bearer_token(none), "") << none;
  }
}

}  // namespace
}  // namespace footfall::wire
