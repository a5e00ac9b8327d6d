// What budgets and tiers count follows the conversions, however these change.
#include "core/storage/campaign_counts.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "core/storage/ledger_checks.h"
#include "tests/core/storage/shared_postgres.h"

namespace footfall::core {
namespace {

constexpr int kStatements = 400;

class CampaignCountsTest : public testing::Test {
 protected:
  Database database_ = fresh_database();

  void SetUp() override {
    run("insert into accounts (public_id, dialect, name, link_host) values ('acc_1', 'selgeo', 'Acme', 'c.localhost');"
        "insert into campaigns (public_id, account_id, slug, name, target_url) select 'prg_' || n, id, 's' || n, "
        "'Summer', 'https://shop.example/' from accounts, generate_series(1, 2) n;"
        "insert into affiliates (public_id, account_id, email) select 'aff_' || n, id, n || '@blog.example' "
        "from accounts, generate_series(1, 2) n");
  }
  void run(const std::string& sql) {
    auto done = database_.execute(sql);
    ASSERT_TRUE(done.has_value()) << done.error().message << "\n" << sql;
  }
  CampaignCounts counts(const CountsQuery& query) {
    auto found = campaign_counts(database_, {&query, 1});
    EXPECT_TRUE(found.has_value()) << found.error().message;
    return found->front();
  }
  std::string faults() {
    std::string all;
    for (auto* const check : {wrong_commitments, wrong_conversion_counts}) {
      for (const std::string& fault : *check(database_, 10)) all += fault + "\n";
    }
    return all;
  }
};

// Statements at random, of one conversion or of many at once.
class Statements {
 public:
  explicit Statements(unsigned seed) : random_(seed) {}

  std::string next() { return any({"insert", "update", "update"}) == "insert" ? insert() : update(); }

 private:
  std::string insert() {
    std::string rows;
    for (int left = std::uniform_int_distribution(1, 5)(random_); left > 0; --left) {
      rows += std::string(rows.empty() ? "" : ", ") + "('conv_" + std::to_string(++made_) + "', 1, true, '', ''";
      for (const auto& [name, values] : columns_) rows += ", " + any(values);
      rows += ")";
    }
    std::string names = "public_id, account_id, attributed, reason, explanation";
    for (const auto& [name, values] : columns_) names += ", " + name;
    return "insert into conversions (" + names + ") values " + rows;
  }
  std::string update() {
    std::string changes;
    for (const auto& [name, values] : columns_) {
      if (any({"yes", "no", "no"}) == "yes") changes += (changes.empty() ? "" : ", ") + name + " = " + any(values);
    }
    if (changes.empty()) changes = "review = not review";
    return "update conversions set " + changes + " where id % " + any({"1", "2", "7"}) + " = 0";
  }
  std::string any(const std::vector<std::string>& values) {
    return values[std::uniform_int_distribution<std::size_t>(0, values.size() - 1)(random_)];
  }

  const std::vector<std::pair<std::string, std::vector<std::string>>> columns_ = {
      {"mode", {"'live'", "'live'", "'test'"}},
      {"campaign_id", {"1", "1", "2", "null"}},
      {"affiliate_id", {"1", "1", "2", "null"}},
      {"status", {"'pending'", "'approved'", "'paid'", "'rejected'", "'reversed'"}},
      {"commission_minor", {"0", "1", "250", "1000000000000"}},
      {"reversed_minor", {"0", "0", "1"}},
      {"commission_currency", {"'EUR'", "'EUR'", "'PLN'", "null"}}};
  std::mt19937 random_;
  int made_ = 0;
};

TEST_F(CampaignCountsTest, FollowWhateverChanges) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Statements statements(seed);
  for (int i = 0; i < kStatements; ++i) {
    const std::string sql = statements.next();
    ASSERT_NO_FATAL_FAILURE(run(sql));
    ASSERT_EQ(faults(), "") << "after " << sql;
  }
}

TEST_F(CampaignCountsTest, AreAnsweredInTheOrderOfTheQueries) {
  EXPECT_EQ(counts({{1}, {1}, "EUR"}).conversions, 0) << "none yet";
  run("insert into conversions (public_id, account_id, mode, campaign_id, affiliate_id, attributed, reason, "
      "explanation, "
      "commission_minor, commission_currency) select 'conv_' || n, 1, 'live', 1 + n % 2, 1, true, '', '', n, 'EUR' "
      "from generate_series(1, 5) n");
  const CountsQuery queries[] = {{{2}, {1}, {}}, {{1}, {}, "EUR"}, {{2}, {1}, "EUR"}, {{1}, {2}, "PLN"}};
  auto found = campaign_counts(database_, queries);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_EQ((*found)[0].conversions, 3);
  EXPECT_EQ((*found)[0].committed_minor, 0) << "not asked for";
  EXPECT_EQ((*found)[1].committed_minor, 6);
  EXPECT_EQ((*found)[1].conversions, 0) << "not asked for";
  EXPECT_EQ((*found)[2].conversions, 3);
  EXPECT_EQ((*found)[2].committed_minor, 9);
  EXPECT_EQ((*found)[3].conversions, 0);
}

// An approval is frequent and counts nothing: it must not wait for who books.
TEST_F(CampaignCountsTest, AnApprovalTouchesNoCount) {
  run("insert into conversions (public_id, account_id, mode, campaign_id, affiliate_id, attributed, reason, "
      "explanation, "
      "commission_minor, commission_currency) values ('conv_1', 1, 'live', 1, 1, true, '', '', 5, 'EUR')");
  const auto versions = [&] {
    auto rows = database_.query(
        "select string_agg(x, ' ') from (select xmin::text as x from campaign_commitments union all select xmin::text "
        "from affiliate_conversions) v");
    return std::string(rows->text(0, 0));
  };
  const std::string before = versions();
  run("update conversions set status = 'approved', decided_at = now(); update conversions set status = 'paid'");
  EXPECT_EQ(versions(), before);
  run("update conversions set reversed_minor = 2");
  EXPECT_NE(versions(), before);
}

}  // namespace
}  // namespace footfall::core
