#include "core/actions/reading/audit.h"

namespace footfall::core {

Result<std::vector<AuditRow>> read_audit(Database& database, const Caller& caller, AuditFilter filter,
                                         const OwnerIds& of) {
  if (caller.scope().affiliate) return std::vector<AuditRow>{};
  auto selection = select_owners(database, caller, of);
  if (!selection) return Failure(selection.error());
  return list_audit(database, restrict_to(*selection, std::move(filter)));
}

Result<std::int64_t> count_audit(Database& database, const Caller& caller, AuditFilter filter, const OwnerIds& of) {
  if (caller.scope().affiliate) return 0;
  auto selection = select_owners(database, caller, of);
  if (!selection) return Failure(selection.error());
  return count_audit(database, restrict_to(*selection, std::move(filter)));
}

}  // namespace footfall::core
