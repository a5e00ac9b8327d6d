// AffSpace's callback endpoints and what they received, as a caller may see them. They belong to the merchant and
// to live mode.
#pragma once

#include <string_view>
#include <vector>

#include "core/actions/caller.h"
#include "core/actions/reading/selection.h"
#include "core/storage/postbacks.h"

namespace footfall::core {

// Oldest first, disabled ones too.
Result<std::vector<PostbackEndpoint>> read_postbacks(Database& database, const Caller& caller, const OwnerIds& of = {});
// Newest first, also of an endpoint that is disabled by now.
Result<std::vector<PostbackEntry>> read_postback_log(Database& database, const Caller& caller,
                                                     std::string_view endpoint, int limit);

}  // namespace footfall::core
