#include "core/actions/deposits_left.h"

#include "core/storage/ledger.h"

namespace footfall::core {

Result<bool> DepositsLeft::take(const ConversionRow& row) {
  if (!row.from_deposit) return true;
  const auto key = std::pair(row.account, *row.commission_currency);
  auto known = left_.find(key);
  if (known == left_.end()) {
    auto balance = deposit_balance(database_, row.account, row.mode, *row.commission_currency);
    if (!balance) return Failure(balance.error());
    known = left_.emplace(key, balance->available_minor).first;
  }
  if (known->second < row.commission_minor) return false;
  known->second -= row.commission_minor;
  return true;
}

}  // namespace footfall::core
