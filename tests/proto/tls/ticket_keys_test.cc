#include "proto/tls/ticket_keys.h"

#include <gtest/gtest.h>

namespace footfall::tls {
namespace {

class SetClock final : public Clock {
 public:
  std::int64_t now_us = 1'000'000'000;
  std::int64_t wall_us() const override { return now_us; }
  std::int64_t steady_us() const override { return now_us; }
  void sleep_us(std::int64_t) const override {}
  void pass_s(std::int64_t s) { now_us += s * 1'000'000; }
};

TEST(TicketKeys, OneKeySealsForTheLifeOfATicket) {
  SetClock clock;
  TicketKeys keys(clock);
  const TicketKey first = keys.current();
  clock.pass_s(kTicketLifeS - 1);
  EXPECT_EQ(keys.current().name, first.name);
  clock.pass_s(1);
  EXPECT_NE(keys.current().name, first.name);
}

TEST(TicketKeys, ATicketIsGoodForItsWholeLife) {
  SetClock clock;
  TicketKeys keys(clock);
  keys.current();
  clock.pass_s(kTicketLifeS - 1);
  const TicketKey sealed_with = keys.current();  // the last moment of this key
  clock.pass_s(kTicketLifeS - 1);
  const auto found = keys.find(sealed_with.name);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->key.cipher, sealed_with.cipher);
  EXPECT_EQ(found->key.mac, sealed_with.mac);
  EXPECT_FALSE(found->is_current);
}

TEST(TicketKeys, AKeyIsForgottenAfterTwoLives) {
  SetClock clock;
  TicketKeys keys(clock);
  const TicketKey first = keys.current();
  clock.pass_s(kTicketLifeS);
  keys.current();
  EXPECT_TRUE(keys.find(first.name));
  clock.pass_s(kTicketLifeS);
  EXPECT_FALSE(keys.find(first.name));
}

TEST(TicketKeys, AfterALongRestNoOldKeyIsKept) {
  SetClock clock;
  TicketKeys keys(clock);
  const TicketKey first = keys.current();
  clock.pass_s(3 * kTicketLifeS);
  EXPECT_FALSE(keys.find(first.name));
}

TEST(TicketKeys, AStrangersNameFindsNothing) {
  SetClock clock;
  TicketKeys keys(clock);
  keys.current();
  EXPECT_FALSE(keys.find({1, 2, 3}));
}

}  // namespace
}  // namespace footfall::tls
