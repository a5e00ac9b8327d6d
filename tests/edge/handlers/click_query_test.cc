#include "edge/handlers/click_query.h"

#include <gtest/gtest.h>

#include "proto/base/bytes.h"
#include "proto/wire/click.h"

namespace footfall::edge {
namespace {

std::string fit(const std::string& query) {
  std::string memory;
  return std::string(fit_click_query(query, memory));
}

TEST(ClickQuery, WhatFitsStaysAsItIs) {
  const std::string query = "b=1&sub1=x&amp;c=&&" + std::string(wire::kQueryBytesMax - 19, 'x');
  EXPECT_EQ(fit(query), query);
}

TEST(ClickQuery, SubsAndUtmComeFirstFromTheWhole) {
  const std::string filler = "x=" + std::string(wire::kQueryBytesMax, 'y');
  EXPECT_EQ(fit(filler + "&b=1&utm_source=s&sub5=5&s%75b1=1&amp;sub2=2&sub2=again&utm%5Fterm=t"),
            "sub5=5&s%75b1=1&sub2=2&utm_source=s&utm%5Fterm=t&b=1");
}

TEST(ClickQuery, NothingIsCutWithinAnEscapeOrACharacter) {
  std::string umlauts;
  for (int i = 0; i < 2'000; ++i) umlauts += "%C3%A4";
  for (int shift = 0; shift < 7; ++shift) {
    std::string query = "utm_campaign=" + std::string(static_cast<std::size_t>(shift), 'x') + umlauts;
    for (int i = 1; i <= 5; ++i)
      query += "&sub" + std::to_string(i) + "=" + std::string(static_cast<std::size_t>(shift), 'y') + umlauts;
    const std::string kept = fit(query);
    EXPECT_LE(kept.size(), wire::kQueryBytesMax);
    EXPECT_TRUE(is_valid_utf8(percent_decode(kept, true)));
    EXPECT_EQ(percent_decode(kept, true).find('%'), std::string::npos) << "a broken escape would stand";
    for (int i = 1; i <= 5; ++i) EXPECT_NE(kept.find("sub" + std::to_string(i) + "="), std::string::npos);
  }
}

}  // namespace
}  // namespace footfall::edge
