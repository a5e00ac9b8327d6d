// What the deposits have left for the reports of one round, so that one report too many does not make PostgreSQL refuse
// all of them. It is an estimate without a lock; the booking statement itself lets no deposit be overdrawn.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "core/storage/conversions.h"
#include "core/storage/database.h"

namespace footfall::core {

class DepositsLeft {
 public:
  explicit DepositsLeft(Database& database) : database_(database) {}

  // Whether what the row needs is left; then it is taken.
  Result<bool> take(const ConversionRow& row);

 private:
  Database& database_;
  std::map<std::pair<wire::AccountId, std::string>, std::int64_t> left_;
};

}  // namespace footfall::core
