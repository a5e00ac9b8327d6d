// Clicks as CSV (csv.h; UTF-8, a heading first) or NDJSON (one object a line, keys as `click show`). Reads and
// writes page by page: memory does not grow with the number of clicks.
#pragma once

#include "core/actions/reading/clicks.h"
#include "core/cli/context.h"

namespace footfall::core {

// `limit` 0: all. Ends early, without an error, when nobody reads any more.
Result<void> write_clicks(const Context& context, Database& database, const ClickFilter& filter, const OwnerIds& of,
                          bool csv, std::int64_t limit);

std::string csv_heading();
std::string csv_line(const StoredClick& click);

}  // namespace footfall::core
