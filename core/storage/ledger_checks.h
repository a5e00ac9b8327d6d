// What a verification of the ledger looks at, found by PostgreSQL; the rules are core/domain/ledger.h's. Each call is
// one statement and so sees one moment, whatever is booked meanwhile.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/domain/ledger.h"
#include "core/storage/conversions.h"
#include "core/storage/database.h"

namespace footfall::core {

// At most `limit` sentences each: transactions that do not balance in a currency or belong to several customers;
// entries that belong to no conversion and no deposit, or to both; deposits whose entries are not what was paid in less
// what went back; disputes that took more of a deposit than went back, or than they are about; balances kept for
// deposits that are not the sum of their entries; what is kept for budgets and for tiers (campaign_counts.h) and is not
// what the conversions say.
Result<std::vector<std::string>> unbalanced_transactions(Database& database, int limit);
Result<std::vector<std::string>> entries_without_owner(Database& database, int limit);
Result<std::vector<std::string>> wrong_deposits(Database& database, int limit);
Result<std::vector<std::string>> wrong_disputes(Database& database, int limit);
Result<std::vector<std::string>> wrong_deposit_balances(Database& database, int limit);
Result<std::vector<std::string>> wrong_commitments(Database& database, int limit);
Result<std::vector<std::string>> wrong_conversion_counts(Database& database, int limit);

struct ConversionEntries {
  ConversionId id;
  std::string public_id;
  ConversionClaim claim;
  std::vector<Posting> sums;  // of its entries, by book
  bool foreign = false;       // one of them is of another customer, mode or currency
};
// By row number, after that of `after`.
Result<std::vector<ConversionEntries>> conversions_with_entries(Database& database, ConversionId after, int limit);

}  // namespace footfall::core
