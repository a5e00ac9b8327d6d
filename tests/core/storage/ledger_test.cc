#include "core/storage/ledger.h"

#include <gtest/gtest.h>

#include <barrier>
#include <thread>

#include "tests/core/storage/shared_postgres.h"

namespace footfall::core {
namespace {

constexpr wire::AccountId kAccount{1};
constexpr CommissionOwner kCovered{wire::AffiliateId{5}, true};

class LedgerTest : public testing::Test {
 protected:
  const std::string url_ = fresh_database_url();
  Database database_{url_};

  static Result<void> write(Database& database, std::vector<Posting> postings, std::string_view currency = "PLN") {
    return write_transaction(database, {kAccount, wire::Mode::live, currency, std::move(postings), {}, "test"});
  }
  DepositBalance balance(std::string_view currency = "PLN") {
    auto found = deposit_balance(database_, kAccount, wire::Mode::live, currency);
    EXPECT_TRUE(found.has_value()) << found.error().message;
    return *found;
  }
};

TEST_F(LedgerTest, ADepositIsReservedCapturedAndReleased) {
  ASSERT_TRUE(write(database_, postings_of_deposit(1'000)));
  ASSERT_TRUE(write(database_, postings_of_creation(kCovered, 300)));
  ASSERT_TRUE(write(database_, postings_of_creation(kCovered, 200)));
  EXPECT_EQ(balance().available_minor, 500);
  EXPECT_EQ(balance().reserved_minor, 500);
  ASSERT_TRUE(write(database_, postings_of_step(kCovered, ConversionStatus::pending, ConversionStatus::approved, 300)));
  ASSERT_TRUE(write(database_, postings_of_step(kCovered, ConversionStatus::pending, ConversionStatus::rejected, 200)));
  EXPECT_EQ(balance().available_minor, 700);
  EXPECT_EQ(balance().reserved_minor, 0);
  auto books = book_balances(database_, kAccount);
  ASSERT_TRUE(books.has_value()) << books.error().message;
  std::int64_t payable = 0;
  for (const BookBalance& book : *books) {
    EXPECT_TRUE(balance_allowed(book.book, book.balance_minor)) << book.book;
    if (book.book == "affiliate:5:payable") payable = book.balance_minor;
  }
  EXPECT_EQ(payable, 300);
}

TEST_F(LedgerTest, CurrenciesNeverMix) {
  ASSERT_TRUE(write(database_, postings_of_deposit(1'000), "PLN"));
  const auto refused = write(database_, postings_of_creation(kCovered, 1), "EUR");
  ASSERT_FALSE(refused);
  EXPECT_TRUE(is_overdrawn(refused.error())) << refused.error().message;
  EXPECT_EQ(balance("EUR").available_minor, 0);
  EXPECT_EQ(balance("PLN").available_minor, 1'000);
}

TEST_F(LedgerTest, WhatDoesNotBalanceIsRefused) {
  EXPECT_FALSE(write(database_, {{"outside", -10}, {"merchant:deposit", 11}}));
  auto rows = database_.query("select count(*) from ledger_entries");
  EXPECT_EQ(rows->integer(0, 0), 0);
}

TEST_F(LedgerTest, ConcurrentReservationsCannotOverdraw) {
  constexpr int kThreads = 8;
  constexpr int kEach = 20;
  ASSERT_TRUE(write(database_, postings_of_deposit(kThreads * kEach / 2 * 10)));
  std::barrier start(kThreads);
  std::atomic<int> reserved = 0;
  std::atomic<int> overdrawn = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      Database mine(url_);
      (void)mine.query("select 1");
      start.arrive_and_wait();
      for (int i = 0; i < kEach; ++i) {
        const auto done = write(mine, postings_of_creation(kCovered, 10));
        if (done) ++reserved;
        if (!done && is_overdrawn(done.error())) ++overdrawn;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(reserved, kThreads * kEach / 2);
  EXPECT_EQ(overdrawn, kThreads * kEach / 2);
  EXPECT_EQ(balance().available_minor, 0);
  EXPECT_EQ(balance().reserved_minor, kThreads * kEach / 2 * 10);
}

}  // namespace
}  // namespace footfall::core
