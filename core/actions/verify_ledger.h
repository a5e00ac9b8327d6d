// Proves the books: every transaction balances per currency, no balance has a sign that its book forbids, every
// conversion says what its entries say (what is reserved for it and what it has spent, too), every deposit likewise, no
// entry belongs to neither, the balances kept for deposits are their entries' sums, and what is kept for budgets and
// tiers is what the conversions say. Changes nothing and may run beside anything: each check sees one moment.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/storage/database.h"

namespace footfall::core {

inline constexpr int kLedgerFaultsMax = 1'000;  // of each kind; more are not listed

struct LedgerReport {
  std::int64_t conversions = 0;     // looked at
  std::int64_t balances = 0;        // looked at
  std::vector<std::string> faults;  // a sentence each; none: the books are right
};
Result<LedgerReport> verify_ledger(Database& database);

}  // namespace footfall::core
