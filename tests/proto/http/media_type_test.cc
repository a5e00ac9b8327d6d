#include "proto/http/media_type.h"

#include <gtest/gtest.h>

namespace footfall::http {
namespace {

TEST(MediaType, IsReadWithoutParametersAndCase) {
  for (const char* is : {"text/plain", "Text/PLAIN", " text/plain ; charset=UTF-8", "text/plain;", "text/plain;a;b"}) {
    EXPECT_TRUE(is_media_type(is, "text/plain")) << is;
  }
  for (const char* other : {"", "text", "text/plainer", "text/html", "; text/plain", "application/json, text/plain"}) {
    EXPECT_FALSE(is_media_type(other, "text/plain")) << other;
  }
}

TEST(MediaType, TypesThatSendersUseForJson) {
  for (const char* json : {"application/json", "Application/JSON; charset=utf-8", "text/json", "application/x-json",
                           "application/ld+json", "application/vnd.api+json;v=1"}) {
    EXPECT_TRUE(is_json_type(json)) << json;
  }
  for (const char* other : {"", "text/plain", "application/jsonp", "json", "+json", "text/x+json"}) {
    EXPECT_FALSE(is_json_type(other)) << other;
  }
}

TEST(MediaType, Charsets) {
  for (const char* utf8 : {"", "application/json", "application/json; charset=utf-8", "a/b;Charset=\"UTF-8\"",
                           "a/b; charset = utf8", "a/b; boundary=x; charset=utf-8", "a/b; charsets=utf-16", "a/b;"}) {
    EXPECT_TRUE(has_readable_charset(utf8, "caf\xc3\xa9")) << utf8;
  }
  for (const char* wider : {"a/b; charset=latin1", "a/b; charset=ISO-8859-1", "a/b; x=y; charset=windows-1252"}) {
    EXPECT_TRUE(has_readable_charset(wider, "plain")) << wider;
    EXPECT_FALSE(has_readable_charset(wider, "caf\xe9")) << wider;
  }
  for (const char* other :
       {"application/json; charset=utf-16", "a/b; charset=utf-7", "a/b; charset=", "a/b; charset"}) {
    EXPECT_FALSE(has_readable_charset(other, "plain")) << other;
  }
}

}  // namespace
}  // namespace footfall::http
