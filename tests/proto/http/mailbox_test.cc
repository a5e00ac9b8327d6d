// The mailbox: however much is put in, one wake-up; and none for what the server's own thread says.
#include "proto/http/mailbox.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

namespace footfall::http {
namespace {

std::uint64_t wakes(const Mailbox& mailbox) {
  std::uint64_t count = 0;
  return ::read(mailbox.event_fd(), &count, sizeof count) == sizeof count ? count : 0;
}

TEST(Mailbox, WakesOnceUntilTaken) {
  Mailbox mailbox;
  Mail mail;
  EXPECT_FALSE(mailbox.take(mail));
  for (std::uint64_t ticket = 1; ticket <= 100; ++ticket) mailbox.release(ticket, true);
  mailbox.post([] {});
  EXPECT_EQ(wakes(mailbox), 1u);
  ASSERT_TRUE(mailbox.take(mail));
  ASSERT_EQ(mail.releases.size(), 1u);  // the highest says it all
  EXPECT_EQ(mail.releases.front().ticket, 100u);
  EXPECT_EQ(mail.work.size(), 1u);
  EXPECT_FALSE(mailbox.take(mail));
  mailbox.release(101, true);
  EXPECT_EQ(wakes(mailbox), 1u);
}

TEST(Mailbox, KeepsDecisionsApart) {
  Mailbox mailbox;
  mailbox.release(1, true);
  mailbox.release(2, true);
  mailbox.release(3, false);
  mailbox.release(5, true);
  Mail mail;
  ASSERT_TRUE(mailbox.take(mail));
  ASSERT_EQ(mail.releases.size(), 3u);
  EXPECT_EQ(mail.releases[0].ticket, 2u);
  EXPECT_FALSE(mail.releases[1].safe);
  EXPECT_EQ(mail.releases[2].ticket, 5u);
}

TEST(Mailbox, ItsOwnThreadNeedsNoWakeUp) {
  Mailbox mailbox;
  int soon = 0;
  mailbox.attend([&soon] { ++soon; });
  mailbox.begin_round();
  mailbox.release(1, true);
  mailbox.end_round();
  EXPECT_EQ(soon, 0);  // the round takes it at its end
  mailbox.post([] {});
  mailbox.post([] {});
  EXPECT_EQ(soon, 1);
  EXPECT_EQ(wakes(mailbox), 0u);
  std::thread([&mailbox] { mailbox.release(2, true); }).join();
  EXPECT_EQ(wakes(mailbox), 1u);
  Mail mail;
  EXPECT_TRUE(mailbox.take(mail));
  mailbox.post([] {});
  EXPECT_EQ(soon, 2);
  mailbox.leave();
}

TEST(Mailbox, WhatComesAfterTheCloseVanishes) {
  const auto mailbox = std::make_shared<Mailbox>();
  const auto link = std::make_shared<AnswerLink>();
  DeferredAnswer unheard(std::make_shared<DeferredAnswer::State>(mailbox, link));
  mailbox->post([answer = DeferredAnswer(std::make_shared<DeferredAnswer::State>(mailbox, link))] {});
  mailbox->close();  // destroys that work, and with it an answer, which it must not deadlock on
  unheard.send({200, {}, {}, {}, false});
  mailbox->release(1, true);
  Mail mail;
  EXPECT_FALSE(mailbox->take(mail));
}

}  // namespace
}  // namespace footfall::http
