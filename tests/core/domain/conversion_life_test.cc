// Every step from every state, and the ledger's equations over random lives.
#include "core/domain/conversion_life.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <numeric>

namespace footfall::core {
namespace {

using enum ConversionStatus;
using enum ConversionVerb;

ConversionStanding standing(ConversionStatus status, std::int64_t commission = 1000, std::int64_t reversed_minor = 0) {
  return {status, commission, reversed_minor, wire::AffiliateId{5}};
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
    const auto result = step(standing(row.from), row.verb);
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
  const auto part = step(standing(approved), reverse, 300);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->to, approved);
  EXPECT_EQ(part->reversed_minor, 300);
  const auto rest = step(standing(approved, 1000, 300), reverse);
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->to, reversed);
  EXPECT_EQ(rest->reversed_minor, 1000);
  EXPECT_FALSE(step(standing(approved), reverse, 1001));
  EXPECT_FALSE(step(standing(approved), reverse, 0));
  EXPECT_FALSE(step(standing(approved), reverse, -1));
}

TEST(ConversionLife, AReversalOfWhatWasPaidIsOwedBack) {
  const auto result = step(standing(paid), reverse, 400);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->postings, (std::vector<Posting>{{"affiliate:5:payable", -400}, {"merchant:commissions", 400}}));
}

TEST(ConversionLife, UnattributedMovesNothing) {
  EXPECT_TRUE(booking(1000, {}).empty());
  EXPECT_TRUE(step({pending, 0, 0, {}}, approve)->postings.empty());
}

TEST(ConversionLife, NamesRoundTrip) {
  for (auto status : {pending, approved, paid, rejected, reversed})
    EXPECT_EQ(parse_status(status_name(status)), status);
  EXPECT_FALSE(parse_status("lost"));
}

// Whatever happens to a conversion: each step balances, and what the affiliate's books hold together is what the
// conversion still owes.
RC_GTEST_PROP(ConversionLifeProperty, TheLedgerFollows, ()) {
  ConversionStanding now = standing(pending, *rc::gen::inRange<std::int64_t>(0, 100'000));
  std::map<std::string, std::int64_t> books;
  const auto apply = [&](const std::vector<Posting>& postings) {
    std::int64_t sum = 0;
    for (const Posting& posting : postings) {
      books[posting.book] += posting.amount_minor;
      sum += posting.amount_minor;
    }
    RC_ASSERT(sum == 0);
  };
  apply(booking(now.commission_minor, now.affiliate));
  const int steps = *rc::gen::inRange(0, 12);
  for (int i = 0; i < steps; ++i) {
    const auto verb = *rc::gen::element(approve, reject, restore, reverse, pay);
    std::optional<std::int64_t> part;
    if (verb == reverse && *rc::gen::arbitrary<bool>()) part = *rc::gen::inRange<std::int64_t>(1, 50'000);
    const auto result = step(now, verb, part);
    if (!result) continue;
    apply(result->postings);
    now.status = result->to;
    now.reversed_minor = result->reversed_minor;
    const std::int64_t owed = now.status == rejected ? 0 : now.commission_minor - now.reversed_minor;
    RC_ASSERT(books["merchant:commissions"] == -owed);
    RC_ASSERT(now.reversed_minor >= 0 && now.reversed_minor <= now.commission_minor);
  }
}

}  // namespace
}  // namespace footfall::core
