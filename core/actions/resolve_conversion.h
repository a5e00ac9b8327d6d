// A conversion that was booked before its click came is attributed by it once it is stored.
#pragma once

#include "core/actions/caller.h"
#include "core/domain/policy.h"
#include "core/storage/conversions.h"
#include "core/storage/database.h"

namespace footfall::core {

// `policy` is that of the conversion's account. Inside a transaction. The audit names `caller`; where he gives no
// reason, the attribution's. False: the click is still missing and nothing has changed.
Result<bool> resolve_conversion(Database& database, Caller caller, const ConversionRow& unresolved,
                                const Policy& policy);

}  // namespace footfall::core
