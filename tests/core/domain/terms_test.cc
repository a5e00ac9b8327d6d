#include "core/domain/terms.h"

#include <gtest/gtest.h>

#include "core/domain/policy.h"

namespace footfall::core {
namespace {

TEST(Terms, ReadsTheOperatorsSpelling) {
  const auto percentage = parse_commission(" 12.5 % ", 2);
  ASSERT_TRUE(percentage.has_value());
  EXPECT_EQ(percentage->kind, TermsKind::percentage);
  EXPECT_EQ(format_rate(percentage->kind, percentage->rate, 2), "12.5%");
  const auto fixed = parse_commission("5.00", 2);
  ASSERT_TRUE(fixed.has_value());
  EXPECT_EQ(fixed->kind, TermsKind::fixed);
  EXPECT_EQ(fixed->rate.amount_minor, 500);
  EXPECT_EQ(format_rate(fixed->kind, fixed->rate, 2), "5.00");
  for (const char* text : {"", "%", "-5", "-5%", "101%", "5.001", "ten"}) {
    EXPECT_FALSE(parse_commission(text, 2).has_value()) << text;
  }
}

TEST(Terms, TiersApplyFromTheirNumberOn) {
  Terms terms{"", TermsKind::fixed, {2500, {}}, {{50, {3000, {}}}, {500, {5000, {}}}}};
  ASSERT_TRUE(check_terms(terms).has_value());
  EXPECT_EQ(commission_of(terms, 99999, 0, Rounding::truncate), 2500);
  EXPECT_EQ(commission_of(terms, 99999, 49, Rounding::truncate), 2500);
  EXPECT_EQ(commission_of(terms, 99999, 50, Rounding::truncate), 3000);
  EXPECT_EQ(commission_of(terms, 0, 500, Rounding::truncate), 5000);
}

TEST(Terms, RefusesDisorder) {
  EXPECT_FALSE(check_terms({"", TermsKind::fixed, {-1, {}}, {}}).has_value());
  EXPECT_FALSE(check_terms({"", TermsKind::fixed, {1, {}}, {{0, {2, {}}}}}).has_value());
  EXPECT_FALSE(check_terms({"", TermsKind::fixed, {1, {}}, {{5, {2, {}}}, {5, {3, {}}}}}).has_value());
  EXPECT_FALSE(check_terms({std::string(101, 'g'), TermsKind::fixed, {1, {}}, {}}).has_value());
  EXPECT_FALSE(check_terms({"", TermsKind::fixed, {1, {}}, std::vector<Tier>(33)}).has_value());
  EXPECT_FALSE(check_terms({std::string("lead\0", 5), TermsKind::fixed, {1, {}}, {}}).has_value());
}

TEST(Terms, NoCommissionIsLargerThanTheLargestSale) {
  EXPECT_TRUE(check_terms({"", TermsKind::fixed, {kSaleMinorMax, {}}, {{1, {kSaleMinorMax, {}}}}}).has_value());
  EXPECT_FALSE(check_terms({"", TermsKind::fixed, {kSaleMinorMax + 1, {}}, {}}).has_value());
  EXPECT_FALSE(check_terms({"", TermsKind::fixed, {1, {}}, {{1, {kSaleMinorMax + 1, {}}}}}).has_value());
}

// 99.99 at 10 %, as BaClique publishes it twice (BACX-26), and as the others would book it.
TEST(Policy, RoundsPerDialect) {
  const Terms ten = *parse_commission("10%", 2);
  const auto commission = [&](wire::Dialect dialect) {
    return commission_of(ten, 9999, 0, policy_of(dialect).rounding);
  };
  EXPECT_EQ(commission(wire::Dialect::baclique), 999);
  EXPECT_EQ(commission(wire::Dialect::selgeo), 1000);
  EXPECT_EQ(commission(wire::Dialect::affspace), 1000);
  EXPECT_EQ(commission(wire::Dialect::affily), 1000);
}

TEST(Policy, CarriesTheDocumentedValues) {
  const auto& baclique = policy_of(wire::Dialect::baclique);
  EXPECT_EQ(baclique.attribution_window_s, 30 * 86'400);          // BACX-09
  EXPECT_EQ(baclique.hold_s, 7 * 86'400);                         // BACX-10
  EXPECT_EQ(baclique.duplicate_scope, DuplicateScope::campaign);  // BA-2
  EXPECT_EQ(baclique.secret_zones[0].per_minute, 100);            // BAC-11
  const auto& selgeo = policy_of(wire::Dialect::selgeo);
  EXPECT_EQ(selgeo.attribution_window_s, 30 * 86'400);  // SE-10
  EXPECT_EQ(selgeo.public_zones[0].per_minute, 1000);   // SEL-14
  EXPECT_EQ(selgeo.secret_zones[0].per_minute, 120);    // SEL-15
  const auto& affspace = policy_of(wire::Dialect::affspace);
  EXPECT_EQ(affspace.attribution_window_s, std::nullopt);                        // AF-28
  EXPECT_EQ(affspace.duplicate_scope, DuplicateScope::goal);                     // AF-10
  EXPECT_EQ(affspace.secret_zones.size(), 4u);                                   // AFS-13..16
  EXPECT_EQ(policy_of(wire::Dialect::affily).secret_zones[0].per_minute, 1000);  // AFY-03
}

TEST(Policy, AnAccountOverridesByName) {
  Policy policy = policy_of(wire::Dialect::selgeo);
  ASSERT_TRUE(override_policy(policy, "rounding", "truncate").has_value());
  ASSERT_TRUE(override_policy(policy, "duplicate_scope", "campaign").has_value());
  EXPECT_EQ(policy.rounding, Rounding::truncate);
  EXPECT_EQ(policy.duplicate_scope, DuplicateScope::campaign);
  EXPECT_FALSE(override_policy(policy, "rounding", "up").has_value());
  EXPECT_FALSE(override_policy(policy, "hold", "1").has_value());
  EXPECT_EQ(policy_of(wire::Dialect::selgeo).rounding, Rounding::half_up);
}

}  // namespace
}  // namespace footfall::core
