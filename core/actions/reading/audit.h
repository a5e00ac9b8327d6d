// The audit trail, as a caller may see it. It belongs to the merchant: an affiliate's caller finds nothing.
#pragma once

#include <vector>

#include "core/actions/caller.h"
#include "core/actions/reading/selection.h"
#include "core/storage/audit.h"

namespace footfall::core {

// Newest first. The filter's account and mode are the caller's, or what `of` names.
Result<std::vector<AuditRow>> read_audit(Database& database, const Caller& caller, AuditFilter filter,
                                         const OwnerIds& of = {});
// How many a list without limit and offset would have.
Result<std::int64_t> count_audit(Database& database, const Caller& caller, AuditFilter filter, const OwnerIds& of = {});

}  // namespace footfall::core
