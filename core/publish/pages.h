// The directory over HTTP, for edges that cannot use Redis (proto/schema/directory.proto, DirectoryPage). Any core
// process answers, from PostgreSQL alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/storage/database.h"

namespace footfall::core {

inline constexpr std::string_view kChangesPath = "/internal/directory/changes";
inline constexpr std::string_view kSnapshotPath = "/internal/directory/snapshot";

// An encoded DirectoryPage for the path and the query string. Errors: invalid (a parameter), not_found (the path), and
// PostgreSQL's.
Result<std::string> directory_page(Database& database, std::string_view path, std::string_view query);

}  // namespace footfall::core
