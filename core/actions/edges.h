// What an operator does with an edge.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/actions/caller.h"
#include "core/storage/database.h"

namespace footfall::core {

// Nobody waits for it any more; what it still brings is stored all the same. `edge` is a name or an incarnation in hex.
// Answers the incarnations that were retired by this call; not_found when there is none.
Result<std::vector<std::string>> retire_edge(Database& database, const Caller& caller, std::string_view edge);

}  // namespace footfall::core
