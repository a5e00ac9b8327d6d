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

}  // namespace footfall::core
