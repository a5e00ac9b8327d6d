#include "core/outgoing/mail_message.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/deliver/mailer.h"

namespace footfall::core {
namespace {

// 2026-11-28T22:01:02Z
const MailEnvelope kEnvelope{{"Footfall", "no-reply@example.com"}, "jane@example.org", "mail_1", 1'795'903'262'000'000};

std::string head_of(const std::string& message) { return message.substr(0, message.find("\r\n\r\n") + 2); }
std::string body_of(const std::string& message) { return message.substr(message.find("\r\n\r\n") + 4); }

TEST(MailMessage, IsPlainWhereItsTextIs) {
  EXPECT_EQ(mail_message(kEnvelope, {"Hello", "One\nTwo = 2\n"}, true),
            "From: \"Footfall\" <no-reply@example.com>\r\nTo: jane@example.org\r\nSubject: Hello\r\n"
            "Date: 28 Nov 2026 22:01:02 +0000\r\nMessage-ID: <mail_1@example.com>\r\nMIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nAuto-Submitted: auto-generated\r\n"
            "Content-Transfer-Encoding: 7bit\r\n\r\nOne\r\nTwo = 2\r\n");
}

TEST(MailMessage, OtherTextsAreEncoded) {
  const std::string message = mail_message(kEnvelope, {"Grüße", "Ja=ü \n" + std::string(80, 'x')}, true);
  EXPECT_NE(message.find("Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"), std::string::npos) << message;
  EXPECT_NE(message.find("Content-Transfer-Encoding: quoted-printable\r\n"), std::string::npos);
  EXPECT_EQ(body_of(message), "Ja=3D=C3=BC=20\r\n" + std::string(73, 'x') + "=\r\nxxxxxxx\r\n");
  EXPECT_TRUE(std::ranges::all_of(message, [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
}

TEST(MailMessage, ALongSubjectIsCutIntoWordsAndNoCharacterInTwo) {
  std::string subject;
  for (int count = 0; count < 60; ++count) subject += "ü";
  const std::string head = head_of(mail_message(kEnvelope, {subject, "x"}, true));
  EXPECT_EQ(head.find("=C3?="), std::string::npos) << head;
  std::size_t start = 0, longest = 0;
  for (std::size_t end = head.find("\r\n"); end != std::string::npos; start = end + 2, end = head.find("\r\n", start)) {
    longest = std::max(longest, end - start);
  }
  EXPECT_LE(longest, 90U);
  EXPECT_NE(head.find("?=\r\n =?utf-8?q?"), std::string::npos);
}

TEST(MailMessage, NothingInASubjectBecomesALineOfTheHead) {
  for (const bool encoded : {true, false}) {
    const std::string head = head_of(mail_message(kEnvelope, {"Hi\r\nBcc: evil@example.com\n\nBody", "x"}, encoded));
    EXPECT_EQ(head.find("\r\nBcc"), std::string::npos) << head;
    EXPECT_EQ(std::ranges::count(head, '\n'), 9) << head;
  }
}

TEST(MailMessage, AFileStaysReadable) {
  const std::string message = mail_message(kEnvelope, {"Grüße", "token=ü\n"}, false);
  EXPECT_NE(message.find("Subject: Grüße\r\n"), std::string::npos);
  EXPECT_EQ(body_of(message), "token=ü\r\n");
}

TEST(MailMessage, ALineTooLongForAServerIsBroken) {
  const std::string message = mail_message(kEnvelope, {"x", std::string(1'500, 'y')}, true);
  EXPECT_NE(message.find("quoted-printable"), std::string::npos);
  EXPECT_EQ(std::ranges::count(body_of(message), 'y'), 1'500);
}

TEST(MailRetry, PausesGrowAndEndWithinADay) {
  std::int64_t age_us = 0, before_us = 0;
  int attempts = 0;
  while (const auto pause_us = mail_pause_us(++attempts, age_us)) {
    EXPECT_GT(*pause_us, before_us);
    before_us = *pause_us;
    age_us += *pause_us;
  }
  EXPECT_EQ(attempts, 10);
  EXPECT_LT(age_us, 86'400'000'000);
  EXPECT_FALSE(mail_pause_us(1, 86'400'000'000).has_value());
}

}  // namespace
}  // namespace footfall::core
