// Each file runs in a transaction of its own, which also takes the lock and checks that the file is not applied yet. So
// two programs that start at once take turns file by file, and one that dies leaves no file half applied.
#include <unordered_map>

#include "core/storage/database.h"
#include "core/storage/embedded_schema.h"
#include "proto/base/bytes.h"
#include "proto/base/crypto.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kMigrationLock = 0x466f6f7466616c6c;  // "Footfall"

std::string checksum_of(std::string_view sql) {
  const auto digest = sha256(sql);
  return to_hex(as_view(digest));
}

Result<void> check_unchanged(const SchemaFile& file, std::string_view applied) {
  if (checksum_of(file.sql) == applied) return {};
  return Failure(Error{ErrorKind::conflict, ErrorSource::us, false,
                       "migration " + std::string(file.name) +
                           " was applied to this database with another text; a migration is never changed once "
                           "released: use the program version that applied it, or a new database",
                       "checksum"});
}

// True when it was applied now.
Result<bool> apply(Database& database, const SchemaFile& file) {
  auto locked = database.query("select pg_advisory_xact_lock($1)", {kMigrationLock});
  if (!locked) return Failure(locked.error());
  auto made = database.execute(
      "create table if not exists schema_migrations (name text primary key, checksum text not null,"
      " applied_at timestamptz not null default now())");
  if (!made) return Failure(made.error());
  auto found = database.query("select checksum from schema_migrations where name = $1", {file.name});
  if (!found) return Failure(found.error());
  if (!found->empty()) {
    auto unchanged = check_unchanged(file, found->text(0, 0));
    if (!unchanged) return Failure(unchanged.error());
    return false;
  }
  auto applied = database.execute(std::string(file.sql));
  if (!applied) {
    auto error = applied.error();
    error.message = "migration " + std::string(file.name) + ": " + error.message;
    return Failure(std::move(error));
  }
  auto noted = database.query("insert into schema_migrations (name, checksum) values ($1, $2)",
                              {file.name, checksum_of(file.sql)});
  if (!noted) return Failure(noted.error());
  return true;
}

std::string random_hex_128() {
  Key128 key;
  random_bytes(key.data(), key.size());
  return to_hex({reinterpret_cast<const char*>(key.data()), key.size()});
}

Result<bool> create_settings(Database& database) {
  const std::pair<const char*, std::string> settings[] = {{"database_identity", random_hex_128()},
                                                          {"recovery_epoch", "1"},
                                                          {"tag_key", random_hex_128()},
                                                          {"draw_key", random_hex_128()},
                                                          {"fraud_key", random_hex_128()}};
  for (const auto& [key, value] : settings) {
    auto written =
        database.query("insert into settings (key, value) values ($1, $2) on conflict do nothing", {key, value});
    if (!written) return Failure(written.error());
  }
  return true;
}

}  // namespace

Result<MigrationReport> migrate(Database& database) {
  MigrationReport report;
  for (const auto& file : schema_files()) {
    auto applied = database.transaction<bool>([&] { return apply(database, file); });
    if (!applied) return Failure(applied.error());
    (*applied ? report.applied : report.present).emplace_back(file.name);
  }
  auto settled = database.transaction<bool>([&] { return create_settings(database); });
  if (!settled) return Failure(settled.error());
  return report;
}

Result<MigrationReport> migration_status(Database& database) {
  auto exists = database.query("select to_regclass('schema_migrations') is not null");
  if (!exists) return Failure(exists.error());
  std::unordered_map<std::string, std::string> known;
  if (exists->flag(0, 0)) {
    auto rows = database.query("select name, checksum from schema_migrations");
    if (!rows) return Failure(rows.error());
    for (int row = 0; row < rows->size(); ++row) known.emplace(rows->text(row, 0), rows->text(row, 1));
  }
  MigrationReport report;
  for (const auto& file : schema_files()) {
    const auto applied = known.find(std::string(file.name));
    if (applied == known.end()) {
      report.pending.emplace_back(file.name);
      continue;
    }
    auto unchanged = check_unchanged(file, applied->second);
    if (!unchanged) return Failure(unchanged.error());
    report.present.emplace_back(file.name);
  }
  return report;
}

}  // namespace footfall::core
