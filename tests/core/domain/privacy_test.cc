// COMMON.md D-45: what is not kept of a visitor who asks for privacy.
#include "core/domain/privacy.h"

#include <gtest/gtest.h>

namespace footfall::core {
namespace {

TEST(ThirdPartyIds, AreKnownInAnyCaseAndSpelling) {
  for (const char* name : {"gclid", "GCLID", "fbclid", "msclkid", "ttclid", "_hsenc", "ysclid", "g%63lid"}) {
    EXPECT_TRUE(is_third_party_id(name)) << name;
  }
  for (const char* name : {"sub1", "utm_source", "ref", "id", "", "gclid2", "click_id"}) {
    EXPECT_FALSE(is_third_party_id(name)) << name;
  }
}

TEST(ThirdPartyIds, LeaveTheRestOfAUrlAsItWas) {
  EXPECT_EQ(without_third_party_ids("https://shop.example/a?x=1&gclid=abc&y=2#part"),
            "https://shop.example/a?x=1&y=2#part");
  EXPECT_EQ(without_third_party_ids("https://shop.example/a?fbclid=abc"), "https://shop.example/a");
  EXPECT_EQ(without_third_party_ids("https://shop.example/a?gclid&b#gclid=1"), "https://shop.example/a?b#gclid=1");
  EXPECT_EQ(without_third_party_ids("https://shop.example/gclid=1"), "https://shop.example/gclid=1");
  EXPECT_EQ(without_third_party_ids("https://shop.example/?a=%3D&a=2"), "https://shop.example/?a=%3D&a=2");
  EXPECT_EQ(without_third_party_ids("?a=1&amp;gclid=2"), "?a=1");
  EXPECT_EQ(without_third_party_ids("x#y?gclid=1"), "x#y?gclid=1");
  EXPECT_EQ(without_third_party_ids(""), "");
}

}  // namespace
}  // namespace footfall::core
