// Answers edges that cannot use Redis and ask for the directory over HTTP (DirectoryPage in
// proto/schema/directory.proto). Any core process can answer; it reads PostgreSQL alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/storage/database.h"

namespace footfall::core {

inline constexpr std::string_view kChangesPath = "/internal/directory/changes";
inline constexpr std::string_view kSnapshotPath = "/internal/directory/snapshot";
inline constexpr std::string_view kSaltsPath = "/internal/directory/salts";

// Returns an encoded DirectoryPage, or VisitorSalts of the day of `now_us`. Errors: not_found for an unknown path,
// invalid for a bad parameter, and those of PostgreSQL.
Result<std::string> directory_page(Database& database, std::string_view path, std::string_view query,
                                   std::int64_t now_us);

}  // namespace footfall::core
