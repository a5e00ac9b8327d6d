// The table payment_disputes: payments that their payers' banks dispute, and what that took from the deposit. All calls
// run on the caller's connection, inside its transaction, which has locked the deposit's row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/database.h"
#include "core/storage/deposits.h"

namespace footfall::core {

struct PaymentDisputeRow {
  DepositId deposit;
  std::string method;
  std::string dispute_id;  // of the provider
  std::int64_t amount_minor = 0;
  std::int64_t taken_minor = 0;  // so much of it has left the deposit
  std::string status = "open";   // open, won, lost
  std::int64_t opened_us = 0;
  std::optional<std::int64_t> closed_us;
};

Result<std::optional<PaymentDisputeRow>> load_payment_dispute(Database& database, std::string_view method,
                                                              std::string_view dispute_id);
Result<void> insert_payment_dispute(Database& database, const PaymentDisputeRow& row);
// Taken_minor, status and closed_us.
Result<void> store_payment_dispute(Database& database, const PaymentDisputeRow& row);
Result<std::vector<PaymentDisputeRow>> list_payment_disputes(Database& database,
                                                             DepositId deposit);  // oldest first, 100
// Of the deposit's disputes that were not won.
struct MoneyInDispute {
  std::int64_t taken_minor = 0;    // has left the deposit
  std::int64_t missing_minor = 0;  // could not be taken
};
Result<MoneyInDispute> money_in_dispute(Database& database, DepositId deposit);

}  // namespace footfall::core
