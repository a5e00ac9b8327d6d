#include "edge/handlers/target.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>

#include "proto/wire/query.h"

namespace footfall::edge {
namespace {

constexpr std::string_view kId = "018f0000-0000-7000-8000-000000000001";

std::string build(std::string_view target, std::string_view query, std::string_view click_id = kId,
                  std::string_view parameter = "click_id") {
  std::string out;
  append_target(out, {target, query, parameter, click_id});
  return out;
}

struct Case {
  const char* what;
  std::string_view target;
  std::string_view query;
  std::string_view expected;  // ID stands for the click id
};

std::string with_id(std::string_view text) {
  std::string out(text);
  for (std::size_t at = out.find("ID"); at != std::string::npos; at = out.find("ID", at + 1)) out.replace(at, 2, kId);
  return out;
}

// D-12, D-13: what a target becomes.
class TargetTable : public testing::TestWithParam<Case> {};

TEST_P(TargetTable, IsBuiltSo) {
  EXPECT_EQ(build(GetParam().target, GetParam().query), with_id(GetParam().expected)) << GetParam().what;
}

INSTANTIATE_TEST_SUITE_P(
    All, TargetTable,
    testing::Values(
        Case{"plain", "https://s.example/p", "", "https://s.example/p?click_id=ID"},
        Case{"no path", "https://s.example", "", "https://s.example?click_id=ID"},
        Case{"own query stays", "https://s.example/p?a=1&b=2", "", "https://s.example/p?a=1&b=2&click_id=ID"},
        Case{"passthrough", "https://s.example/p", "x=1&x=2&y", "https://s.example/p?x=1&x=2&y&click_id=ID"},
        Case{"the link's value wins", "https://s.example/p?color=red&k=1", "color=blue",
             "https://s.example/p?k=1&color=blue&click_id=ID"},
        Case{"names compare decoded", "https://s.example/p?c%6flor=red", "col%6Fr=blue",
             "https://s.example/p?col%6Fr=blue&click_id=ID"},
        Case{"empty segments go", "https://s.example/p?&a=1&&", "&&b=2&", "https://s.example/p?a=1&b=2&click_id=ID"},
        Case{"fragment stays last", "https://s.example/p#top", "a=1", "https://s.example/p?a=1&click_id=ID#top"},
        Case{"a question mark in the fragment", "https://s.example/#/p?a=1", "b=2",
             "https://s.example/?b=2&click_id=ID#/p?a=1"},
        Case{"ours cannot be given", "https://s.example/p", "click_id=evil&a=1", "https://s.example/p?a=1&click_id=ID"},
        Case{"nor encoded", "https://s.example/p", "click%5Fid=evil", "https://s.example/p?click_id=ID"},
        Case{"nor in another case", "https://s.example/p", "Click_ID=evil", "https://s.example/p?click_id=ID"},
        Case{"nor as an array", "https://s.example/p", "click_id[]=evil&click_id%5B0%5D=evil",
             "https://s.example/p?click_id=ID"},
        Case{"a longer name is another", "https://s.example/p", "click_idx=1&my_click_id=2",
             "https://s.example/p?click_idx=1&my_click_id=2&click_id=ID"},
        Case{"the target's own gives way", "https://s.example/p?click_id=old", "", "https://s.example/p?click_id=ID"},
        Case{"macro in the query", "https://s.example/p?cid={click_id}", "", "https://s.example/p?cid=ID"},
        Case{"macro in the path", "https://s.example/in/{click_id}/x?q=1", "", "https://s.example/in/ID/x?q=1"},
        Case{"macro in the fragment", "https://s.example/#/{click_id}", "a=1", "https://s.example/?a=1#/ID"},
        Case{"encoded braces are plain text", "https://s.example/%7Bsub1%7D?cid=%7Bclick_id%7D&d=%7bclick_id%7d",
             "sub1=a", "https://s.example/%7Bsub1%7D?cid=%7Bclick_id%7D&d=%7bclick_id%7d&sub1=a&click_id=ID"},
        Case{"a sub that was left unexpanded is absent", "https://s.example/p?s={sub1}&t={sub2}",
             "sub1=%7Baff_sub%7D&sub2=$%7Bx%7D",
             "https://s.example/p?s=&t=&sub1=%7Baff_sub%7D&sub2=$%7Bx%7D&click_id=ID"},
        Case{"subs of a query that passed through HTML", "https://s.example/p?s={sub2}", "a=1&amp;sub2=b",
             "https://s.example/p?s=b&a=1&amp;sub2=b&click_id=ID"},
        Case{"a macro's parameter cannot be given", "https://s.example/p?cid={click_id}", "cid=evil&%63id=evil",
             "https://s.example/p?cid=ID"},
        Case{"with a macro the target's own click_id stays", "https://s.example/p?click_id=x&cid={click_id}", "",
             "https://s.example/p?click_id=x&cid=ID"},
        Case{"with a macro click_id still does not pass", "https://s.example/p?cid={click_id}", "click_id=evil",
             "https://s.example/p?cid=ID"},
        Case{"a visitor's macro is text", "https://s.example/p", "a=%7Bclick_id%7D",
             "https://s.example/p?a=%7Bclick_id%7D&click_id=ID"},
        Case{"subs", "https://s.example/{sub1}?s={sub2}", "sub1=a&sub2=b%20c",
             "https://s.example/a?s=b%20c&sub1=a&sub2=b%20c&click_id=ID"},
        Case{"an absent sub is empty", "https://s.example/p?s={sub5}", "", "https://s.example/p?s=&click_id=ID"},
        Case{"a sub stays in its place", "https://{sub1}.example/", "sub1=evil.com/%23%3F",
             "https://evil.com%2F%23%3F.example/?sub1=evil.com/%23%3F&click_id=ID"},
        Case{"unknown macros are text", "https://s.example/{sub6}/{x}", "",
             "https://s.example/%7Bsub6%7D/%7Bx%7D?click_id=ID"},
        Case{"bytes are encoded", "https://s.example/\xC3\xA4 <\r\n>", "",
             "https://s.example/%C3%A4%20%3C%0D%0A%3E?click_id=ID"},
        Case{"escapes stay", "https://s.example/%0d%0aX%2F", "a=%0d%0aSet-Cookie:x",
             "https://s.example/%0d%0aX%2F?a=%0d%0aSet-Cookie:x&click_id=ID"}));

TEST(Target, WithoutAClickIdNothingOfItIsLeft) {
  EXPECT_EQ(build("https://s.example/p?click_id=old&a=1", "click_id=evil&b=2", ""), "https://s.example/p?a=1&b=2");
  EXPECT_EQ(build("https://s.example/{click_id}/p?cid={click_id}", "", ""), "https://s.example//p?cid=");
}

TEST(Target, ThePlaceIsTheCampaigns) {
  EXPECT_EQ(build("https://s.example/", "click_id=1&subid=evil", kId, "subid"),
            with_id("https://s.example/?click_id=1&subid=ID"));
}

TEST(Target, TooLongLeavesTheQueryOut) {
  std::string out = "before ";
  const std::string query = "a=" + std::string(kLocationBytesMax, 'x');
  EXPECT_FALSE(append_target(out, {"https://s.example/{sub1}?b=1", query, "click_id", kId}).is_whole);
  EXPECT_EQ(out, with_id("before https://s.example/?b=1&click_id=ID"));
}

TEST(Target, ManySubsOfOneLongValueStayBounded) {
  std::string target = "https://s.example/";
  for (int i = 0; i < 300; ++i) target += "{sub1}";
  const std::string built = build(target, "sub1=" + std::string(8'000, 'x'));
  EXPECT_LE(built.size(), kLocationBytesMax);
  EXPECT_TRUE(built.ends_with(kId));
}

bool is_header_value(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

RC_GTEST_PROP(TargetProperty, IsAlwaysAValidHeaderAndHoldsTheIdOnce, (std::string target, std::string query)) {
  const std::string built = build("https://s.example/" + target, query);
  RC_ASSERT(is_header_value(built));
  RC_ASSERT(built.starts_with("https://s.example/"));
  RC_ASSERT(built.find(kId) != std::string::npos);
}

// From the pieces that matter, so that collisions are common.
RC_GTEST_PROP(TargetProperty, NobodyElseFillsThePlaceOfTheId, ()) {
  const auto piece = rc::gen::elementOf(std::vector<std::string>{"click_id", "click%5fid", "CLICK_ID", "cid", "c%69d",
                                                                 "a", "=", "&", "evil", "{click_id}", "%7Bclick_id%7D",
                                                                 "#", "?", "{sub1}", "sub1", "[]", "+", "%", " "});
  const auto text = rc::gen::container<std::vector<std::string>>(piece);
  std::string target = "https://s.example/p?cid={click_id}&";
  std::string query;
  for (const std::string& part : *text) target += part;
  for (const std::string& part : *text) query += part;
  const std::string built = build(target, query);
  RC_ASSERT(is_header_value(built));
  const std::string_view own = std::string_view(built).substr(0, built.find('#'));
  wire::QueryReader reader(own.substr(own.find('?') + 1));
  wire::QueryParameter first;
  RC_ASSERT(reader.next(first));
  RC_ASSERT(first.segment == with_id("cid=ID"));
}

}  // namespace
}  // namespace footfall::edge
