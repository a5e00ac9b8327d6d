#include "core/storage/portal_visitors.h"

#include "core/storage/row_reader.h"
#include "core/storage/visitor_salts.h"

namespace footfall::core {
namespace {

constexpr std::string_view kEpoch = "date '1970-01-01'";

}  // namespace

bool VisitorDay::has(const wire::VisitorHash& visitor) const {
  for (std::size_t at = 0; at < visitors.size(); at += visitor.size()) {
    if (visitors.compare(at, visitor.size(), wire::view_of(visitor)) == 0) return true;
  }
  return false;
}

Result<std::vector<VisitorDay>> visitor_days(Database& database, UserId user, std::int64_t first, std::int64_t last) {
  static const std::string sql = "select day - " + std::string(kEpoch) +
                                 ", salt, (select string_agg(v.visitor, '') from portal_visitors v where v.user_id = "
                                 "$1 and v.day = s.day) from visitor_salts s where day between " +
                                 std::string(kEpoch) + " + $2::int and " + std::string(kEpoch) +
                                 " + $3::int order by day";
  return read_all<VisitorDay>(database.query(sql, {user.value, first, last}), [](RowReader& in) {
    VisitorDay one;
    one.salt = read_visitor_salt(in);
    one.visitors = in.bytes();
    return one;
  });
}

// The rows that are deleted are those of before, hence one less.
Result<void> store_portal_visitor(Database& database, UserId user, std::int64_t day, const wire::VisitorHash& visitor) {
  static const std::string sql =
      "with stored as (insert into portal_visitors (user_id, visitor, day) select u.id, $2, s.day from users u cross "
      "join visitor_salts s where u.id = $1 and u.status = 'active' and s.day = " +
      std::string(kEpoch) +
      " + $3::int for share on conflict do nothing returning user_id) delete from portal_visitors p using (select "
      "o.visitor from portal_visitors o where o.user_id = $1 and exists (select from stored) order by o.seen_at desc, "
      "o.visitor offset $4) old where p.user_id = $1 and p.visitor = old.visitor";
  return done(database.query(sql, {user.value, bytea(wire::view_of(visitor)), day, kPortalVisitorsMax - 1}));
}

}  // namespace footfall::core
