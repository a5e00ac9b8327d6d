// Every step from every state. What the steps move is in ledger_test.cc.
#include "core/domain/conversion_life.h"

#include <gtest/gtest.h>

namespace footfall::core {
namespace {

using enum ConversionStatus;
using enum ConversionVerb;

ConversionState state(ConversionStatus status, std::int64_t commission = 1000, std::int64_t reversed_minor = 0) {
  return {status, commission, reversed_minor, {wire::AffiliateId{5}}};
}

TEST(ConversionLife, ThreeStateDialectsSeePaidAsApprovedAndReversedAsRejected) {  // BACX-21, AY-24
  EXPECT_EQ(three_state_name(pending), "pending");
  EXPECT_EQ(three_state_name(approved), "approved");
  EXPECT_EQ(three_state_name(paid), "approved");
  EXPECT_EQ(three_state_name(rejected), "rejected");
  EXPECT_EQ(three_state_name(reversed), "rejected");
}

TEST(ConversionLife, TheTableOfSteps) {  // AY-10
  struct Row {
    ConversionStatus from;
    ConversionVerb verb;
    std::optional<ConversionStatus> to;  // none: refused
  };
  const Row rows[] = {
      {pending, approve, approved},
      {pending, reject, rejected},
      {pending, restore, pending},
      {pending, reverse, reversed},
      {pending, pay, std::nullopt},
      {approved, approve, approved},
      {approved, reject, rejected},
      {approved, restore, std::nullopt},
      {approved, reverse, reversed},
      {approved, pay, paid},
      {paid, approve, std::nullopt},
      {paid, reject, std::nullopt},
      {paid, restore, std::nullopt},
      {paid, reverse, reversed},
      {paid, pay, paid},
      {rejected, approve, std::nullopt},
      {rejected, reject, rejected},
      {rejected, restore, pending},
      {rejected, reverse, std::nullopt},
      {rejected, pay, std::nullopt},
      {reversed, approve, std::nullopt},
      {reversed, reject, std::nullopt},
      {reversed, restore, std::nullopt},
      {reversed, reverse, reversed},
      {reversed, pay, std::nullopt},
  };
  for (const Row& row : rows) {
    const auto result = step(state(row.from), row.verb);
    const std::string name = std::string(status_name(row.from)) + " " + std::string(verb_name(row.verb));
    ASSERT_EQ(result.has_value(), row.to.has_value()) << name;
    if (row.to) {
      EXPECT_EQ(result->to, *row.to) << name;
      EXPECT_EQ(result->changes, row.from != *row.to) << name;
    } else {
      EXPECT_EQ(result.error().kind, ErrorKind::conflict) << name;
    }
  }
}

TEST(ConversionLife, PartialReversalKeepsTheStateAndTheRest) {
  const auto part = step(state(approved), reverse, 300);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->to, approved);
  EXPECT_EQ(part->reversed_minor, 300);
  const auto rest = step(state(approved, 1000, 300), reverse);
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->to, reversed);
  EXPECT_EQ(rest->reversed_minor, 1000);
  EXPECT_FALSE(step(state(approved), reverse, 1001));
  EXPECT_FALSE(step(state(approved), reverse, 0));
  EXPECT_FALSE(step(state(approved), reverse, -1));
}

TEST(ConversionLife, UnattributedMovesNothing) { EXPECT_TRUE(step({pending, 0, 0, {}}, approve)->postings.empty()); }

TEST(ConversionLife, NamesRoundTrip) {
  for (auto status : {pending, approved, paid, rejected, reversed})
    EXPECT_EQ(parse_status(status_name(status)), status);
  EXPECT_FALSE(parse_status("lost"));
}

}  // namespace
}  // namespace footfall::core
