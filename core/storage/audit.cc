#include "core/storage/audit.h"

#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::string_view kMatches =
    "($1::bigint is null or u.account_id = $1) and ($2::text is null or u.subject = $2) "
    "and ($3::text is null or u.action = $3 or (right($3, 1) = '.' and starts_with(u.action, $3))) "
    "and ($4::text is null or u.mode is null or u.mode = $4) ";

std::vector<Param> matching(const AuditFilter& filter) {
  return {id_or_null(filter.account), filter.subject, filter.action, mode_or_null(filter.mode)};
}

}  // namespace

Result<void> append_audit(Database& database, const AuditEntry& entry) {
  auto rows = database.query(
      "insert into audit (account_id, actor, action, subject, reason, details, mode) values ($1, $2, $3, $4, $5, $6, "
      "$7)",
      {id_or_null(entry.account), entry.actor, entry.action, entry.subject, entry.reason, entry.details,
       mode_or_null(entry.mode)});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<std::int64_t> count_audit(Database& database, const AuditFilter& filter) {
  return read_count(database.query("select count(*) from audit u where " + std::string(kMatches), matching(filter)));
}

Result<std::vector<AuditRow>> list_audit(Database& database, const AuditFilter& filter) {
  auto parameters = matching(filter);
  parameters.emplace_back(filter.limit);
  parameters.emplace_back(filter.offset);
  return read_all<AuditRow>(
      database.query(
          "select u.id, (extract(epoch from u.at) * 1000000)::bigint, coalesce(a.public_id, ''), u.actor, "
          "u.action, u.subject, u.reason, u.details::text from audit u left join accounts a on a.id = u.account_id "
          "where " +
              std::string(kMatches) + "order by u.id desc limit $5 offset $6",
          parameters),
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
