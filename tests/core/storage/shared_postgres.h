// One server for a test program; each test takes a database of its own.
#pragma once

#include "core/storage/database.h"
#include "tests/support/private_servers.h"

namespace footfall::core {

inline support::PrivatePostgres& shared_postgres() {
  static support::PrivatePostgres postgres;
  return postgres;
}

// A migrated database.
inline Database fresh_books() {
  Database database(shared_postgres().fresh_database());
  auto migrated = migrate(database);
  FOOTFALL_CHECK(migrated.has_value());
  return database;
}

}  // namespace footfall::core
