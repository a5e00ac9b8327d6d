#include "core/storage/audit.h"

#include "core/storage/row_reader.h"

namespace footfall::core {

Result<void> append_audit(Database& database, const AuditEntry& entry) {
  auto rows = database.query(
      "insert into audit (account_id, actor, action, subject, reason, details) values ($1, $2, $3, $4, $5, $6)",
      {id_or_null(entry.account), entry.actor, entry.action, entry.subject, entry.reason, entry.details});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<std::vector<AuditRow>> list_audit(Database& database, const AuditFilter& filter) {
  return read_all<AuditRow>(
      database.query(
          "select u.id, (extract(epoch from u.at) * 1000000)::bigint, coalesce(a.public_id, ''), u.actor, "
          "u.action, u.subject, u.reason, u.details::text from audit u left join accounts a on a.id = u.account_id "
          "where ($1::bigint is null or u.account_id = $1) and ($2::text is null or u.subject = $2) "
          "and ($3::text is null or u.action = $3 or (right($3, 1) = '.' and starts_with(u.action, $3))) "
          "order by u.id desc limit $4 offset $5",
          {id_or_null(filter.account), filter.subject, filter.action, filter.limit, filter.offset}),
      [](RowReader& in) {
        AuditRow row;
        row.id = in.integer();
        row.at_us = in.integer();
        row.account_public_id = in.text();
        row.actor = in.text();
        row.action = in.text();
        row.subject = in.text();
        row.reason = in.text();
        row.details = in.text();
        return row;
      });
}

}  // namespace footfall::core
