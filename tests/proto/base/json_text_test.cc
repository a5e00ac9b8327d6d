#include "proto/base/json_text.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace footfall {
namespace {

TEST(JsonText, WritesItsMembersInOrder) {
  JsonText text;
  EXPECT_TRUE(text.is_empty());
  EXPECT_EQ(text.object(), "{}");
  text.text("name", "a").integer("count", -3).flag("ready", true).raw("amount", "12.50");
  text.text_or_null("absent", std::nullopt).text_unless_empty("empty", "").text_unless_empty("filled", "b");
  EXPECT_FALSE(text.is_empty());
  EXPECT_EQ(text.object(),
            R"({"name":"a","count":-3,"ready":true,"amount":12.50,"absent":null,"empty":null,"filled":"b"})");
}

TEST(JsonText, WhatItEscapesIsReadBackByAnotherParser) {
  const std::string hostile("\"\\\n\r\t\b\f\x01\x1f</script> \xc3\xa9\xf0\x9f\x98\x80 end");
  JsonText text;
  text.text(hostile, hostile);
  const auto read = boost::json::parse(text.object()).as_object();
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(std::string(read.begin()->key()), hostile);
  EXPECT_EQ(std::string(read.begin()->value().as_string()), hostile);
}

}  // namespace
}  // namespace footfall
