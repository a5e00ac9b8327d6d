#include "proto/wire/macros.h"

#include <gtest/gtest.h>

namespace footfall::wire {
namespace {

TEST(MacrosTest, OnlyBracesAsTheyStandMakeAMacro) {
  EXPECT_EQ(target_macro_at("{click_id}&a=b"), "{click_id}");
  EXPECT_EQ(target_macro_at("{sub5}"), "{sub5}");
  EXPECT_EQ(target_macro_at("{country}{code}"), "{country}");
  EXPECT_EQ(target_macro_at("{affiliate}"), "{affiliate}");
  EXPECT_EQ(macro_name(target_macro_at("{sub1}")), "sub1");
  for (const char* text :
       {"", "{", "{sub6}", "{sub0}", "{SUB1}", "{click_id", "%7Bclick_id%7D", "x{sub1}", "{ sub1 }"}) {
    EXPECT_EQ(target_macro_at(text), "") << text;
  }
}

}  // namespace
}  // namespace footfall::wire
