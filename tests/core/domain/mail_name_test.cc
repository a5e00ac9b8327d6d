// Mails that strangers can cause show names, and nothing but names (SE-79).
#include "core/domain/mail_name.h"

#include <gtest/gtest.h>

#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

TEST(MailNames, StayAsTheyAre) {
  for (const char* name :
       {"Acme", "Jane Doe", "Summer Sale 2026", "Märchen & Söhne", "東京の店", "A/B: tests", "St. Mary's"}) {
    EXPECT_EQ(name_in_mail(name), name);
  }
}

TEST(MailNames, AreNoLinksAndNoAddresses) {
  EXPECT_EQ(name_in_mail("shop.example"), "shop. example");
  EXPECT_EQ(name_in_mail("https://evil.example/win"), "https: //evil. example/win");
  EXPECT_EQ(name_in_mail("http://3232235521/"), "http: //3232235521/");
  EXPECT_EQ(name_in_mail("call jane@evil.example"), "call jane@ evil. example");
  EXPECT_EQ(name_in_mail("evil\u3002example and evil\uFF0Eexample"), "evil\u3002 example and evil\uFF0E example");
  EXPECT_EQ(name_in_mail("evil.\u200Bexample"), "evil. example") << "what nobody sees does not count as a blank";
}

TEST(MailNames, LeaveNeitherTheirLineNorTheirQuotes) {
  EXPECT_EQ(name_in_mail("Sale\r\n\r\nYou have won"), "Sale    You have won");
  EXPECT_EQ(name_in_mail("Sale\" is over. \"Call"), "Sale' is over. 'Call");
  EXPECT_EQ(name_in_mail("  Acme\t"), "Acme");
}

TEST(MailNames, AreShort) {
  const std::string longest(kMailNameCharactersMax, 'a');
  EXPECT_EQ(name_in_mail(longest), longest);
  EXPECT_EQ(name_in_mail(longest + "b"), longest + "…");
  std::string wide;
  for (int i = 0; i < 200; ++i) wide += "東";
  EXPECT_EQ(name_in_mail(wide).size(), 3 * kMailNameCharactersMax + std::string_view("…").size());
  EXPECT_TRUE(is_valid_utf8(name_in_mail("\xff\xfe" + wide)));
}

}  // namespace
}  // namespace footfall::core
