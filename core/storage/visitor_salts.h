// The salts of visitor hashes, one row for each UTC day (proto/wire/visitor_salts.h).
#pragma once

#include <cstdint>
#include <vector>

#include "core/storage/database.h"
#include "core/storage/row_reader.h"
#include "proto/wire/visitor_salts.h"

namespace footfall::core {

// Deletes the salts of days that nobody needs any more, makes those that are missing from `today` on, and returns what
// there is, by day. Any process may call it at any time: whoever comes first makes a day's salt, all get the same.
Result<std::vector<wire::VisitorSalt>> rotate_visitor_salts(Database& database, std::int64_t today);

// A row's columns `day - date '1970-01-01', salt`.
wire::VisitorSalt read_visitor_salt(RowReader& in);

}  // namespace footfall::core
