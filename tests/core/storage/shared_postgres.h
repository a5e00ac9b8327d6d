// One server for a test program; each test takes a database of its own.
#pragma once

#include "core/storage/database.h"
#include "tests/support/private_servers.h"

namespace footfall::core {

inline support::PrivatePostgres& shared_postgres() {
  static support::PrivatePostgres postgres;
  return postgres;
}

// A migrated database, by its URL.
inline std::string fresh_database_url() {
  std::string url = shared_postgres().fresh_database();
  Database database(url);
  FOOTFALL_CHECK(migrate(database).has_value());
  return url;
}
inline Database fresh_database() { return Database(fresh_database_url()); }

}  // namespace footfall::core
