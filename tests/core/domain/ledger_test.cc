// What each step moves, by example, and the ledger's rules over random histories of deposits and conversions.
#include "core/domain/ledger.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "core/domain/conversion_life.h"

namespace footfall::core {
namespace {

using enum ConversionStatus;
using Postings = std::vector<Posting>;

constexpr CommissionOwner kPlain{wire::AffiliateId{5}, false};
constexpr CommissionOwner kCovered{wire::AffiliateId{5}, true};

TEST(Ledger, ACommissionWithoutADeposit) {
  EXPECT_EQ(postings_of_creation(kPlain, 100),
            (Postings{{"merchant:commissions", -100}, {"affiliate:5:pending", 100}}));
  EXPECT_EQ(postings_of_step(kPlain, pending, approved, 100),
            (Postings{{"affiliate:5:pending", -100}, {"affiliate:5:payable", 100}}));
  EXPECT_EQ(postings_of_step(kPlain, approved, paid, 100),
            (Postings{{"affiliate:5:payable", -100}, {"affiliate:5:paid", 100}}));
  EXPECT_EQ(postings_of_step(kPlain, pending, rejected, 100),
            (Postings{{"affiliate:5:pending", -100}, {"merchant:commissions", 100}}));
}

TEST(Ledger, ADepositIsReservedCapturedAndReleased) {
  EXPECT_EQ(postings_of_creation(kCovered, 100), (Postings{{"merchant:commissions", -100},
                                                           {"affiliate:5:pending", 100},
                                                           {"merchant:deposit", -100},
                                                           {"merchant:reserved", 100}}));
  EXPECT_EQ(postings_of_step(kCovered, pending, approved, 100), (Postings{{"affiliate:5:pending", -100},
                                                                          {"affiliate:5:payable", 100},
                                                                          {"merchant:reserved", -100},
                                                                          {"merchant:commissions", 100}}));
  EXPECT_EQ(postings_of_step(kCovered, pending, rejected, 100), (Postings{{"affiliate:5:pending", -100},
                                                                          {"merchant:commissions", 100},
                                                                          {"merchant:reserved", -100},
                                                                          {"merchant:deposit", 100}}));
  EXPECT_EQ(postings_of_step(kCovered, approved, paid, 100),
            (Postings{{"affiliate:5:payable", -100}, {"affiliate:5:paid", 100}}));
  EXPECT_EQ(postings_of_reversal(kCovered, approved, 40),
            (Postings{{"affiliate:5:payable", -40}, {"merchant:deposit", 40}}));
}

TEST(Ledger, WhatWasPaidOutIsOwedBack) {
  EXPECT_EQ(postings_of_reversal(kPlain, paid, 400),
            (Postings{{"affiliate:5:payable", -400}, {"merchant:commissions", 400}}));
}

TEST(Ledger, DepositsComeFromOutside) {
  EXPECT_EQ(postings_of_deposit(500), (Postings{{"outside", -500}, {"merchant:deposit", 500}}));
  EXPECT_EQ(postings_of_refund(500), (Postings{{"merchant:deposit", -500}, {"outside", 500}}));
  EXPECT_EQ(postings_of_deduction(wire::AffiliateId{5}, 40),
            (Postings{{"affiliate:5:paid", -40}, {"affiliate:5:payable", 40}}));
}

TEST(Ledger, ALateCommissionGoesWhereItsConversionIs) {
  EXPECT_EQ(postings_of_late_commission(kPlain, pending, 9), postings_of_creation(kPlain, 9));
  EXPECT_EQ(postings_of_late_commission(kPlain, approved, 9),
            (Postings{{"merchant:commissions", -9}, {"affiliate:5:payable", 9}}));
  EXPECT_TRUE(postings_of_late_commission(kCovered, rejected, 9).empty());
}

TEST(Ledger, NothingMovesForNobodyAndForNothing) {
  EXPECT_TRUE(postings_of_creation({}, 1000).empty());
  EXPECT_TRUE(postings_of_creation(kPlain, 0).empty());
  EXPECT_TRUE(postings_of_deposit(0).empty());
}

TEST(Ledger, SignsOfBalances) {
  EXPECT_TRUE(balance_allowed("merchant:deposit", 0));
  EXPECT_FALSE(balance_allowed("merchant:deposit", -1));
  EXPECT_FALSE(balance_allowed("merchant:reserved", -1));
  EXPECT_FALSE(balance_allowed("affiliate:5:pending", -1));
  EXPECT_FALSE(balance_allowed("affiliate:5:paid", -1));
  EXPECT_TRUE(balance_allowed("affiliate:5:payable", -1));
  EXPECT_FALSE(balance_allowed("merchant:commissions", 1));
  EXPECT_FALSE(balance_allowed("outside", 1));
  EXPECT_FALSE(balance_allowed("merchant:lost", 0));
}

TEST(Ledger, ConversionsThatMoveNothingHaveNoEntries) {
  EXPECT_FALSE(disagreement({pending, 100, 0, kPlain, false}, {}));
  EXPECT_TRUE(disagreement({pending, 100, 0, kPlain, false}, postings_of_creation(kPlain, 100)));
  EXPECT_FALSE(disagreement({pending, 0, 0, {}}, {}));
  EXPECT_TRUE(disagreement({pending, 100, 0, kPlain}, {}));
  EXPECT_TRUE(disagreement({pending, 100, 0, kPlain}, postings_of_creation({wire::AffiliateId{6}}, 100)));
}

struct Sale {
  ConversionState state;
  std::map<std::string, std::int64_t> sums;
};

class History {
 public:
  void apply(const Postings& postings, Sale* sale = nullptr) {
    std::int64_t sum = 0;
    for (const Posting& posting : postings) {
      RC_ASSERT(posting.amount_minor != 0);
      balances_[posting.book] += posting.amount_minor;
      if (sale) sale->sums[posting.book] += posting.amount_minor;
      sum += posting.amount_minor;
    }
    RC_ASSERT(sum == 0);
    for (const auto& [book, balance] : balances_) RC_ASSERT(balance_allowed(book, balance));
  }
  std::int64_t balance(std::string_view book) const {
    const auto found = balances_.find(std::string(book));
    return found == balances_.end() ? 0 : found->second;
  }

 private:
  std::map<std::string, std::int64_t> balances_;
};

std::optional<std::string> disagreement_of(const Sale& sale) {
  Postings sums;
  for (const auto& [book, sum] : sale.sums) {
    if (sum != 0) sums.push_back({book, sum});
  }
  const ConversionState& state = sale.state;
  return disagreement({state.status, state.commission_minor, state.reversed_minor, state.owner}, sums);
}

void create(History& history, std::vector<Sale>& sales) {
  const auto commission = *rc::gen::inRange<std::int64_t>(0, 50'000);
  const wire::AffiliateId affiliate{*rc::gen::inRange<std::uint64_t>(1, 4)};
  const bool covered = *rc::gen::arbitrary<bool>();
  if (covered && history.balance(kDepositBook) < commission) return;  // as the caller must refuse it
  Sale sale{{pending, commission, 0, {affiliate, covered}}, {}};
  history.apply(postings_of_creation(sale.state.owner, commission), &sale);
  sales.push_back(sale);
}

void change(History& history, Sale& sale) {
  const auto verb = *rc::gen::element(ConversionVerb::approve, ConversionVerb::reject, ConversionVerb::restore,
                                      ConversionVerb::reverse, ConversionVerb::pay);
  std::optional<std::int64_t> part;
  if (verb == ConversionVerb::reverse && *rc::gen::arbitrary<bool>()) part = *rc::gen::inRange<std::int64_t>(1, 50'000);
  const auto result = step(sale.state, verb, part);
  if (!result) return;
  const std::int64_t left = sale.state.commission_minor - sale.state.reversed_minor;
  const bool takes_deposit = sale.state.owner.from_deposit && sale.state.status == rejected && result->to == pending;
  if (takes_deposit && history.balance(kDepositBook) < left) return;
  history.apply(result->postings, &sale);
  sale.state.status = result->to;
  sale.state.reversed_minor = result->reversed_minor;
}

RC_GTEST_PROP(LedgerProperty, HistoriesKeepEveryRule, ()) {
  History history;
  std::vector<Sale> sales;
  const int steps = *rc::gen::inRange(0, 60);
  for (int i = 0; i < steps; ++i) {
    const int what = *rc::gen::inRange(0, 6);
    if (what == 0) {
      history.apply(postings_of_deposit(*rc::gen::inRange<std::int64_t>(0, 100'000)));
    } else if (what == 1) {
      history.apply(postings_of_refund(*rc::gen::inRange<std::int64_t>(0, history.balance(kDepositBook) + 1)));
    } else if (what == 2 || sales.empty()) {
      create(history, sales);
    } else {
      change(history, sales[*rc::gen::inRange<std::size_t>(0, sales.size())]);
    }
    std::int64_t owed = 0;
    std::int64_t reserved = 0;
    for (const Sale& sale : sales) {
      RC_ASSERT(!disagreement_of(sale));
      const bool counts = sale.state.status != rejected;
      const std::int64_t left = counts ? sale.state.commission_minor - sale.state.reversed_minor : 0;
      if (!sale.state.owner.from_deposit || sale.state.status == pending) owed += left;
      if (sale.state.owner.from_deposit && sale.state.status == pending) reserved += left;
    }
    RC_ASSERT(history.balance(kCommissionsBook) == -owed);
    RC_ASSERT(history.balance(kReservedBook) == reserved);
  }
}

// A single amount that lies in the wrong book, or is wrong, does not go unnoticed.
RC_GTEST_PROP(LedgerProperty, AFalseEntryIsSeen, ()) {
  Sale sale{
      {pending, *rc::gen::inRange<std::int64_t>(1, 50'000), 0, {wire::AffiliateId{5}, *rc::gen::arbitrary<bool>()}},
      {}};
  History history;
  history.apply(postings_of_deposit(100'000));
  history.apply(postings_of_creation(sale.state.owner, sale.state.commission_minor), &sale);
  const int steps = *rc::gen::inRange(0, 6);
  for (int i = 0; i < steps; ++i) change(history, sale);
  const auto book = *rc::gen::elementOf(std::vector<std::string>{
      "affiliate:5:pending", "affiliate:5:payable", "merchant:reserved", "merchant:deposit", "affiliate:6:payable"});
  sale.sums[book] += *rc::gen::element<std::int64_t>(-1, 1, 7);
  RC_ASSERT(disagreement_of(sale).has_value());
}

}  // namespace
}  // namespace footfall::core
