// The table ledger_entries and the balances of deposits. Every entry is written through here; which postings a step
// has is decided by core/domain/ledger.h. All calls run on the caller's connection, inside its transaction if it has
// one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/ledger.h"
#include "core/storage/conversions.h"
#include "core/storage/database.h"
#include "core/storage/deposits.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct LedgerTransaction {
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  std::string_view currency;
  std::vector<Posting> postings;  // sum to zero; PostgreSQL refuses others. None: nothing is written
  ConversionId conversion;        // none: it is a deposit's
  std::string_view memo;
  DepositId deposit = {};
};
// An overdrawn deposit is an error for which is_overdrawn() is true.
Result<void> write_transaction(Database& database, const LedgerTransaction& transaction);
bool is_overdrawn(const Error& error);

// For a statement that books many conversions: an INSERT of their entries, one transaction each, from a relation with
// the columns id, account_id, mode, commission_currency and postings (json, as postings_json() makes it, or null).
// `memo` and `deposit` are SQL expressions.
std::string insert_entries_from(std::string_view relation, std::string_view memo, std::string_view deposit = "null");
std::string postings_json(const std::vector<Posting>& postings);

struct LedgerRow {
  std::int64_t transaction = 0;
  std::string book;
  std::int64_t amount_minor = 0;
  std::string currency;
  std::string memo;
  std::int64_t at_us = 0;
};
Result<std::vector<LedgerRow>> ledger_of(Database& database, ConversionId conversion);  // oldest first

struct DepositBalance {
  std::int64_t available_minor = 0;
  std::int64_t reserved_minor = 0;
};
// `lock` keeps it as it is to the end of the caller's transaction.
Result<DepositBalance> deposit_balance(Database& database, wire::AccountId account, wire::Mode mode,
                                       std::string_view currency, bool lock = false);

struct BookBalance {
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  std::string book;
  std::string currency;
  std::int64_t balance_minor = 0;
};
// Of all customers, or of one. Sums the entries: for statements of account and for the verification, not for lists.
Result<std::vector<BookBalance>> book_balances(Database& database, wire::AccountId account = {});

}  // namespace footfall::core
