#include "proto/wire/placeholder.h"

#include <gtest/gtest.h>

namespace footfall::wire {
namespace {

TEST(PlaceholderTest, WhatATrackerLeftUnexpandedIsOne) {
  for (const char* value : {"{transaction_id}",
                            "{{transaction_id}}",
                            "{{{tid}}}",
                            "${transaction_id}",
                            "#{order.id}",
                            "[transaction_id]",
                            "[[tid]]",
                            "%transaction_id%",
                            "%%TXID%%",
                            "<order_id>",
                            "$tid$",
                            "#tid#",
                            "__CLICKID__",
                            "{ aff_sub }",
                            " {x} ",
                            "%7Bx%7D",
                            "%7bx%7d",
                            "%7B%7Bx%7D%7D",
                            "%24%7Bx%7D",
                            "%5Bx%5D",
                            "%25x%25",
                            "null",
                            "NULL",
                            "undefined",
                            "Undefined",
                            "{campaign.name}",
                            "{gclid|none}",
                            "[object Object]",
                            "{_x}"}) {
    EXPECT_TRUE(is_placeholder(value)) << value;
  }
}

TEST(PlaceholderTest, ValuesStayValues) {
  for (const char* value : {"",
                            "o-1001",
                            "{}",
                            "[]",
                            "%%",
                            "50%",
                            "%50",
                            "[12]",
                            "{12}",
                            "{\"a\":1}",
                            "a{x}",
                            "{x}b",
                            "{x}{y}",
                            "nullable",
                            "undefined-1",
                            "x",
                            "__init__",
                            "____",
                            "<>",
                            "{6F9619FF-8B86-D011-B42D-00C04FC964FF}",
                            "{a0000000-0000-4000-8000-000000000000}",
                            "[\"a\"]",
                            "{x",
                            "x}",
                            "%7Bx",
                            "100%25",
                            "$5$",
                            "#1#",
                            "{x/y}"}) {
    EXPECT_FALSE(is_placeholder(value)) << value;
  }
  EXPECT_FALSE(is_placeholder("{" + std::string(65, 'x') + "}"));
}

}  // namespace
}  // namespace footfall::wire
