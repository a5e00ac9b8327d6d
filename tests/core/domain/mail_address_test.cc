#include "core/domain/mail_address.h"

#include <gtest/gtest.h>

namespace footfall::core {
namespace {

TEST(MailAddress, WhatCanBeWrittenTo) {
  for (const char* good : {"jane@example.com", "j.d+x=y@mail.example", "jane'o@example.com", "jäne@bücher.example"}) {
    EXPECT_TRUE(is_mail_address(good)) << good;
  }
  for (const char* bad :
       {"", "@", "jane", "jane@", "@example.com", "a@b@c", "a,b@example.com", "a b@example.com", "<a>@example.com",
        "a@b>", "a@b,c@d", "a\"@b", "a@b\r\nBcc: x@y", "a\n@b", "a:b@c", "a;b@c", "(x)a@b", "a\\@b", "a@[127.0.0.1]"}) {
    EXPECT_FALSE(is_mail_address(bad)) << bad;
  }
  EXPECT_FALSE(is_mail_address(std::string(250, 'a') + "@b.de"));
}

TEST(MailAddress, ASenderMayHaveAName) {
  EXPECT_EQ(parse_mail_sender("no-reply@example.com")->email, "no-reply@example.com");
  EXPECT_EQ(parse_mail_sender("no-reply@example.com")->name, "");
  const auto named = parse_mail_sender("  Bücher & Co. <no-reply@example.com> ");
  ASSERT_TRUE(named.has_value());
  EXPECT_EQ(named->name, "Bücher & Co.");
  EXPECT_EQ(named->email, "no-reply@example.com");
  for (const char* bad :
       {"", "Jane", "Jane <>", "no-reply@example.com>", "\"Q\" <a@b>", "A\r\nB <a@b>", "A <a@b", "<b> <a@b>"}) {
    EXPECT_FALSE(parse_mail_sender(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace footfall::core
