// An account for tests of storage that need one and ask nothing of it.
#pragma once

#include "core/storage/accounts.h"

namespace footfall::core {

inline AccountRow new_account(Database& database, wire::Dialect dialect = wire::Dialect::selgeo) {
  AccountRow account;
  account.public_id = "acc_1";
  account.dialect = dialect;
  account.name = "Acme";
  account.link_host = "c.localhost";
  FOOTFALL_CHECK(insert_account(database, account).has_value());
  return account;
}

}  // namespace footfall::core
