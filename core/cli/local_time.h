// Times of a command line. A date without a time begins at midnight of the account's time zone, or of UTC where no
// account is named.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/cli/context.h"

namespace footfall::core {

// "2026-01-31", "2026-01-31T12:00:00Z"; `nothing` ("never") gives none. `account`: a public id, or empty.
Result<std::optional<std::int64_t>> read_local_time(Context& context, std::string_view account, const std::string& text,
                                                    std::string_view nothing = {});
// The public id of the account to which a campaign belongs.
Result<std::string> account_of_campaign(Context& context, const std::string& campaign);

}  // namespace footfall::core
