// The rows of the table of verdicts (COMMON.md D-17) that core decides.
#include <gtest/gtest.h>

#include "core/ingest/click_rules.h"
#include "proto/http/message.h"
#include "proto/wire/click.h"

namespace footfall::core {
namespace {

constexpr const char* kPerson = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

struct Row {
  const char* what;
  const char* agent;
  const char* address;
  std::uint32_t verdict;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.what; }

class VerdictTable : public testing::TestWithParam<Row> {};

TEST_P(VerdictTable, IsJudged) {
  static const auto rules = ClickRules::load({{}, {{"198.51.100.0/24", "2001:db8:bad::/48"}, "", true}}).value();
  const Row& row = GetParam();
  ClickJudge judge(*rules);
  EXPECT_EQ(judge.judge(row.agent, http::parse_address(row.address).view()).verdict, row.verdict);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, VerdictTable,
    testing::Values(Row{"a person", kPerson, "203.0.113.0", 0},
                    Row{"a crawler", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                        "203.0.113.0", wire::kVerdictBot},
                    Row{"a link preview", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
                        "203.0.113.0", wire::kVerdictBot},
                    Row{"a tool", "curl/8.5.0", "203.0.113.0", wire::kVerdictBot},
                    Row{"a mail scanner", "Barracuda Sentinel (EE)", "203.0.113.0", wire::kVerdictBot},
                    Row{"a data centre", kPerson, "198.51.100.0", wire::kVerdictNetwork},
                    Row{"a data centre, IPv6", kPerson, "2001:db8:bad::", wire::kVerdictNetwork},
                    Row{"a crawler in a data centre", "curl/8.5.0", "198.51.100.0",
                        wire::kVerdictBot | wire::kVerdictNetwork},
                    Row{"no agent: the edge says so", "", "203.0.113.0", 0},
                    Row{"an address that is not kept", kPerson, "", 0}));

TEST(Ruling, SaysWhatItCouldDecide) {
  const auto rules = ClickRules::load({{}, {{"192.0.2.64/26"}, "", false}}).value();
  ClickJudge judge(*rules);
  const auto decided = [&](const char* agent, const char* address) {
    return judge.judge(agent, http::parse_address(address).view()).decided;
  };
  EXPECT_EQ(decided(kPerson, "192.0.2.65"), wire::kVerdictBot | wire::kVerdictNetwork);
  EXPECT_EQ(decided(kPerson, "192.0.2.0"), wire::kVerdictBot) << "a part of what it may have been";
  EXPECT_EQ(decided("", "203.0.113.0"), wire::kVerdictNetwork);
  EXPECT_EQ(decided(kPerson, ""), wire::kVerdictBot);
}

TEST(Rules, HaveAnotherDigestForEveryChange) {
  const auto digest = [](const RuleSources& sources) { return ClickRules::load(sources).value()->digest(); };
  EXPECT_EQ(digest({}), digest({}));
  EXPECT_NE(digest({}), digest({{}, {{"192.0.2.0/24"}, "", true}}));
  EXPECT_EQ(digest({{}, {{"192.0.2.0/24", "10.0.0.0/8"}, "", true}}),
            digest({{}, {{"10.0.0.0/8", "192.0.2.0/24"}, "", true}}));
}

}  // namespace
}  // namespace footfall::core
