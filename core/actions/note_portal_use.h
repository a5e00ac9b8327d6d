// Notes as which visitor of clicks an affiliate uses the portal, so that a click of their own is known as that
// (core/domain/fraud.h). Yesterday's hash is noted beside today's: a click may have come before midnight.
#pragma once

#include <cstdint>

#include "core/storage/database.h"
#include "core/storage/users.h"
#include "proto/wire/visitor_hash.h"

namespace footfall::core {

// Reads once, and writes only what is new: for each place and browser, the first page of a day. Days without a salt are
// left out (proto/wire/visitor_salts.h).
Result<void> note_portal_use(Database& database, UserId user, const wire::Visitor& visitor, std::int64_t now_us);

}  // namespace footfall::core
