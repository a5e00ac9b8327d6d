#include "edge/limits/address_limits.h"

#include <gtest/gtest.h>

namespace footfall::edge {
namespace {

using http::parse_address;

TEST(AddressLimits, NPassAndNPlusOneDoesNot) {
  AddressLimits limits(1'024, 60);
  for (int i = 0; i < 60; ++i) EXPECT_TRUE(limits.take(parse_address("192.0.2.1"), 1'000).allowed);
  EXPECT_FALSE(limits.take(parse_address("192.0.2.1"), 1'000).allowed);
  EXPECT_TRUE(limits.take(parse_address("192.0.2.2"), 1'000).allowed);
  EXPECT_TRUE(limits.take(parse_address("192.0.2.1"), 1'000 + kWindowMs).allowed);
}

TEST(AddressLimits, AnIpv6ClientIsItsNetwork) {
  AddressLimits limits(1'024, 1);
  EXPECT_TRUE(limits.take(parse_address("2001:db8:1:2::1"), 0).allowed);
  EXPECT_FALSE(limits.take(parse_address("2001:db8:1:2:ffff::9"), 0).allowed);
  EXPECT_TRUE(limits.take(parse_address("2001:db8:1:3::1"), 0).allowed);
}

TEST(AddressLimits, AFloodOfAddressesIsBoundedAndForgotten) {
  AddressLimits limits(16, 1);
  for (int i = 0; i < 10'000; ++i) {
    limits.take(parse_address("10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256)), 0);
  }
  // A minute later there is room for everybody again.
  EXPECT_TRUE(limits.take(parse_address("192.0.2.1"), kWindowMs).allowed);
  EXPECT_FALSE(limits.take(parse_address("192.0.2.1"), kWindowMs).allowed);
}

TEST(AddressLimits, ZeroIsNoLimit) {
  AddressLimits limits(16, 0);
  for (int i = 0; i < 1'000; ++i) EXPECT_TRUE(limits.take(parse_address("192.0.2.1"), 0).allowed);
}

}  // namespace
}  // namespace footfall::edge
