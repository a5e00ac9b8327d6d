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

TEST(MediaType, Charsets) {
  for (const char* utf8 :
       {"", "application/json", "application/json; charset=utf-8", "a/b;Charset=\"UTF-8\"", "a/b; charset = utf8",
        "a/b; boundary=x; charset=us-ascii", "a/b; charsets=latin1", "a/b;"}) {
    EXPECT_TRUE(has_utf8_charset(utf8)) << utf8;
  }
  for (const char* other : {"application/json; charset=utf-16", "a/b; charset=ISO-8859-1", "a/b; x=y; charset=latin1",
                            "a/b; charset=", "a/b; charset"}) {
    EXPECT_FALSE(has_utf8_charset(other)) << other;
  }
}

}  // namespace
}  // namespace footfall::http
