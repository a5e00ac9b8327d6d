#include "core/actions/note_portal_use.h"

#include "core/storage/portal_visitors.h"

namespace footfall::core {

Result<void> note_portal_use(Database& database, UserId user, const wire::Visitor& visitor, std::int64_t now_us) {
  const std::int64_t today = wire::utc_day(now_us);
  auto days = visitor_days(database, user, today - wire::kSaltDaysBefore, today);
  if (!days) return Failure(days.error());
  for (const VisitorDay& one : *days) {
    const wire::VisitorHash hash = wire::visitor_hash(one.salt.salt, visitor);
    if (one.has(hash)) continue;
    if (auto stored = store_portal_visitor(database, user, one.salt.day, hash); !stored) return stored;
  }
  return {};
}

}  // namespace footfall::core
