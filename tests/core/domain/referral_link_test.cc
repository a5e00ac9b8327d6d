// The address of a merchant's page with an affiliate's code.
#include "core/domain/referral_link.h"

#include <gtest/gtest.h>

namespace footfall::core {
namespace {

TEST(ReferralLink, IsTheTargetWithTheCode) {
  EXPECT_EQ(referral_link("https://shop.example/", "jane"), "https://shop.example/?ref=jane");
  EXPECT_EQ(referral_link("https://shop.example/a?b=c", "jane"), "https://shop.example/a?b=c&ref=jane");
  EXPECT_EQ(referral_link("https://shop.example/a?b=c#part", "jane"), "https://shop.example/a?b=c&ref=jane#part");
  EXPECT_EQ(referral_link("https://shop.example/#a?b", "jane"), "https://shop.example/?ref=jane#a?b");
  EXPECT_EQ(referral_link("https://shop.example/?", "a b&c"), "https://shop.example/?ref=a%20b%26c");
}

TEST(ReferralLink, LeavesOutMacrosAndAnotherCode) {
  EXPECT_EQ(referral_link("https://shop.example/?click={click_id}&b=c", "jane"), "https://shop.example/?b=c&ref=jane");
  EXPECT_EQ(referral_link("https://shop.example/?ref=other&reference=1", "jane"),
            "https://shop.example/?reference=1&ref=jane");
  EXPECT_EQ(referral_link("https://shop.example/?a=1#{code}", "jane"), "https://shop.example/?a=1&ref=jane");
  EXPECT_EQ(referral_link("https://shop.example/{country}/?a=1", "jane"), "");
}

}  // namespace
}  // namespace footfall::core
