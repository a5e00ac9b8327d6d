// The messages: however much is put in, one wake-up; and none for what the server's own thread says.
#include "proto/http/message_queue.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

namespace footfall::http {
namespace {

std::uint64_t wakes(const MessageQueue& messages) {
  std::uint64_t count = 0;
  return ::read(messages.event_fd(), &count, sizeof count) == sizeof count ? count : 0;
}

TEST(MessageQueue, WakesOnceUntilTaken) {
  MessageQueue messages;
  Messages mail;
  EXPECT_FALSE(messages.take(mail));
  for (std::uint64_t ticket = 1; ticket <= 100; ++ticket) messages.release(ticket, true);
  messages.post([] {});
  EXPECT_EQ(wakes(messages), 1u);
  ASSERT_TRUE(messages.take(mail));
  ASSERT_EQ(mail.releases.size(), 1u);  // the highest says it all
  EXPECT_EQ(mail.releases.front().ticket, 100u);
  EXPECT_EQ(mail.work.size(), 1u);
  EXPECT_FALSE(messages.take(mail));
  messages.release(101, true);
  EXPECT_EQ(wakes(messages), 1u);
}

TEST(MessageQueue, KeepsDecisionsApart) {
  MessageQueue messages;
  messages.release(1, true);
  messages.release(2, true);
  messages.release(3, false);
  messages.release(5, true);
  Messages mail;
  ASSERT_TRUE(messages.take(mail));
  ASSERT_EQ(mail.releases.size(), 3u);
  EXPECT_EQ(mail.releases[0].ticket, 2u);
  EXPECT_FALSE(mail.releases[1].safe);
  EXPECT_EQ(mail.releases[2].ticket, 5u);
}

TEST(MessageQueue, ItsOwnThreadNeedsNoWakeUp) {
  MessageQueue messages;
  int soon = 0;
  messages.bind_to_this_thread([&soon] { ++soon; });
  messages.begin_round();
  messages.release(1, true);
  messages.end_round();
  EXPECT_EQ(soon, 0);  // the round takes it at its end
  messages.post([] {});
  messages.post([] {});
  EXPECT_EQ(soon, 1);
  EXPECT_EQ(wakes(messages), 0u);
  std::thread([&messages] { messages.release(2, true); }).join();
  EXPECT_EQ(wakes(messages), 1u);
  Messages mail;
  EXPECT_TRUE(messages.take(mail));
  messages.post([] {});
  EXPECT_EQ(soon, 2);
  messages.unbind();
}

TEST(MessageQueue, WhatComesAfterTheCloseVanishes) {
  const auto messages = std::make_shared<MessageQueue>();
  const auto handle = std::make_shared<AnswerHandle>();
  DeferredAnswer unheard(std::make_shared<DeferredAnswer::State>(messages, handle));
  messages->post([answer = DeferredAnswer(std::make_shared<DeferredAnswer::State>(messages, handle))] {});
  messages->close();  // destroys that work, and with it an answer, which it must not deadlock on
  unheard.send({200, {}, {}, {}, false});
  messages->release(1, true);
  Messages mail;
  EXPECT_FALSE(messages->take(mail));
}

}  // namespace
}  // namespace footfall::http
