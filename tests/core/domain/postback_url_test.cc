// COMMON.md D-58: what a postback's template may hold, and what becomes of it.
#include "core/domain/postback_url.h"

#include <gtest/gtest.h>

namespace footfall::core {
namespace {

PostbackValues values() {
  return {.click_id = "00000000-0000-7000-8000-000000000000",
          .payout = "4.90",
          .currency = "EUR",
          .status = "test",
          .conversion_id = "conv_test",
          .campaign = "test",
          .affiliate = "test",
          .event = "{sub1}",
          .goal = "test",
          .timestamp = "0"};
}

TEST(PostbackUrl, ValuesReplaceMacros) {
  EXPECT_EQ(expand_postback("https://t.example/pb?cid={click_id}&p={payout}&c={currency}&e={event}", values()),
            "https://t.example/pb?cid=00000000-0000-7000-8000-000000000000&p=4.90&c=EUR&e=%7Bsub1%7D");
  EXPECT_EQ(
      expand_postback("https://t.example/{status}/{conversion_id}/{campaign}/{affiliate}/{goal}/{timestamp}", values()),
      "https://t.example/test/conv_test/test/test/test/0");
}

TEST(PostbackUrl, AValueStaysAValue) {
  const std::string left = expand_postback("https://t.example/?s={sub1}&t={sub2}&u={sub3}&v={sub4}&w={sub5}", values());
  EXPECT_EQ(left, "https://t.example/?s={sub1}&t={sub2}&u={sub3}&v={sub4}&w={sub5}");
  EXPECT_TRUE(names_subs(left));
  EXPECT_FALSE(names_subs(expand_postback("https://t.example/?e={event}", values()))) << "a value is no macro";
  EXPECT_EQ(expand_subs(left, {"a b&c=d", "", "#?/", "ü", "{payout}"}),
            "https://t.example/?s=a%20b%26c%3Dd&t=&u=%23%3F%2F&v=%C3%BC&w=%7Bpayout%7D");
}

TEST(PostbackUrl, OnlyKnownMacrosBehindTheHost) {
  for (const char* good : {"https://t.example/?c={click_id}", "https://t.example?x={sub5}", "https://t.example/"}) {
    EXPECT_TRUE(parse_postback_template(good)) << good;
  }
  for (const char* bad :
       {"https://{sub1}.example/", "{sub1}://t.example/", "https://t.example/?c={clickid}",
        "https://t.example/?c={click_id", "https://t.example/?c=click_id}", "{click_id}", "https://t.example/?c={sub6}",
        "ftp://t.example/", "https://u@t.example/{sub1}", "https://t.example{sub1}/", "https:\\\\t.example/", ""}) {
    EXPECT_FALSE(parse_postback_template(bad)) << bad;
  }
}

TEST(PostbackUrl, TheTemplateIsWrittenAnewByTheRulesOfUrls) {
  auto parsed = parse_postback_template("HTTPS://T.Example:443/a b?c={click_id}&d={sub1}{sub2}#{event}");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->text, "https://t.example/a%20b?c={click_id}&d={sub1}{sub2}#{event}");
  EXPECT_EQ(parsed->host, "t.example");
  EXPECT_EQ(sample_postback(parsed->text),
            "https://t.example/a%20b?c=00000000-0000-7000-8000-000000000000&d=test-sub1test-sub2#test");
}

}  // namespace
}  // namespace footfall::core
