// The table portal_visitors: as which visitors of clicks people were in the portal (proto/wire/visitor_hash.h). A row
// is deleted with the salt of its day. All calls run on the caller's connection, inside its transaction if it has one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/storage/database.h"
#include "core/storage/users.h"
#include "proto/wire/visitor_hash.h"
#include "proto/wire/visitor_salts.h"

namespace footfall::core {

// Of a user; the oldest makes room. Two days of a person who changes places, devices and browsers.
inline constexpr std::int64_t kPortalVisitorsMax = 50;

struct VisitorDay {
  wire::VisitorSalt salt;
  std::string visitors;  // hashes of the user on that day, 16 bytes each
  bool has(const wire::VisitorHash& visitor) const;
};
// From `first` to `last` (days since 1970 UTC), those that have a salt.
Result<std::vector<VisitorDay>> visitor_days(Database& database, UserId user, std::int64_t first, std::int64_t last);

// One that is there, or whose day has no salt any more, changes nothing. Of a user who was erased meanwhile nothing is
// kept.
Result<void> store_portal_visitor(Database& database, UserId user, std::int64_t day, const wire::VisitorHash& visitor);

}  // namespace footfall::core
