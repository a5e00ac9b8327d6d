// Everything that is kept of a person who logs in to the pages, as JSON, for themselves. Nothing secret is in it: no
// password and no hash of a token.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/users.h"

namespace footfall::core {

// A list of their things: "campaigns", "conversions", …
struct PersonalList {
  std::string_view name;
  std::string_view sql;  // of the user $1, in an order that new rows do not change
};
std::span<const PersonalList> personal_lists();

// At most `limit` elements from the `offset`-th on, each a JSON object. Amounts are in minor units.
Result<std::vector<std::string>> read_personal_list(Database& database, const PersonalList& list, UserId user,
                                                    std::int64_t limit, std::int64_t offset);

}  // namespace footfall::core
