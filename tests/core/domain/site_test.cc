#include "core/domain/site.h"

#include <gtest/gtest.h>

namespace footfall::core {
namespace {

// BA-34.
TEST(Site, TheDefaultsOfOneBox) {
  const auto site = parse_site("http://baclique.localhost:8080");
  ASSERT_TRUE(site.has_value());
  EXPECT_FALSE(site->is_https());
  EXPECT_EQ(site->page_url("/portal"), "http://baclique.localhost:8080/portal");
  EXPECT_EQ(site->link_url("c.localhost", "summer-x7k2"), "http://c.localhost:8080/summer-x7k2");
  EXPECT_EQ(site->join_url("summer-sale"), "http://baclique.localhost:8080/c/summer-sale");
  EXPECT_EQ(site->invitation_url("summer-sale", "abc"), "http://baclique.localhost:8080/c/summer-sale?invite=abc");
}

TEST(Site, APublicOne) {
  const auto site = parse_site("HTTPS://Affiliates.Example:443/");
  ASSERT_TRUE(site.has_value());
  EXPECT_TRUE(site->is_https());
  EXPECT_EQ(site->page_url("/"), "https://affiliates.example/");
  EXPECT_EQ(site->link_url("c.example", "x"), "https://c.example/x");
}

TEST(Site, WhatIsNone) {
  for (const char* url : {"", "affiliates.example", "ftp://affiliates.example", "https://affiliates.example/portal",
                          "https://affiliates.example/?x=1", "https://user@affiliates.example"}) {
    EXPECT_FALSE(parse_site(url).has_value()) << url;
  }
}

}  // namespace
}  // namespace footfall::core
