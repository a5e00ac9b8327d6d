// COMMON.md D-54.
#include "core/domain/public_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace footfall::core {
namespace {

bool is_public(const std::string& text) {
  std::array<std::uint8_t, 16> bytes{};
  const bool six = text.find(':') != std::string::npos;
  EXPECT_EQ(inet_pton(six ? AF_INET6 : AF_INET, text.c_str(), bytes.data()), 1) << text;
  return is_public_address(std::span(bytes).first(six ? 16 : 4));
}

TEST(PublicAddress, TheInternet) {
  for (const char* address : {"1.1.1.1",         "8.8.8.8",          "9.255.255.255",
                              "11.0.0.0",        "100.63.255.255",   "100.128.0.0",
                              "126.255.255.255", "128.0.0.0",        "169.253.255.255",
                              "172.15.255.255",  "172.32.0.0",       "192.167.255.255",
                              "192.169.0.0",     "198.17.255.255",   "198.20.0.0",
                              "223.255.255.255", "2606:4700::1111",  "2a00:1450:4001::200e",
                              "::ffff:1.1.1.1",  "64:ff9b::1.1.1.1", "2002:0101:0101::1"}) {
    EXPECT_TRUE(is_public(address)) << address;
  }
}

TEST(PublicAddress, WhatIsReserved) {
  for (const char* address : {"0.0.0.0",
                              "0.255.255.255",
                              "10.0.0.0",
                              "10.255.255.255",
                              "100.64.0.0",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.255.255.255",
                              "169.254.0.0",
                              "169.254.169.254",
                              "172.16.0.0",
                              "172.31.255.255",
                              "192.0.0.8",
                              "192.0.2.1",
                              "192.88.99.1",
                              "192.168.0.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.1",
                              "203.0.113.1",
                              "224.0.0.1",
                              "239.255.255.255",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::1.1.1.1",
                              "fc00::1",
                              "fdff::1",
                              "fe80::1",
                              "fec0::1",
                              "ff02::1",
                              "2001:db8::1",
                              "2001::1",
                              "2001:10::1",
                              "3fff::1",
                              "100::1",
                              "::ffff:10.0.0.1",
                              "::ffff:127.0.0.1",
                              "64:ff9b::10.0.0.1",
                              "64:ff9b:1::1.1.1.1",
                              "2002:7f00:1::1",
                              "2002:a00:1::1"}) {
    EXPECT_FALSE(is_public(address)) << address;
  }
}

// Alibaba's and Oracle's are in reserved blocks, Azure's is not.
TEST(PublicAddress, MetadataServicesOfClouds) {
  for (const char* address :
       {"168.63.129.16", "::ffff:168.63.129.16", "64:ff9b::168.63.129.16", "2002:a83f:8110::1", "169.254.169.254",
        "169.254.170.2", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"}) {
    EXPECT_FALSE(is_public(address)) << address;
  }
  EXPECT_TRUE(is_public("168.63.129.15"));
  EXPECT_TRUE(is_public("168.63.129.17"));
}

TEST(PublicAddress, OtherSizes) {
  const std::array<std::uint8_t, 5> bytes{1, 1, 1, 1, 1};
  EXPECT_FALSE(is_public_address(bytes));
  EXPECT_FALSE(is_public_address({}));
}

}  // namespace
}  // namespace footfall::core
