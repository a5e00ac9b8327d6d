// Judges conversions by the fraud rules of their campaigns (core/domain/fraud.h). One that a rule catches is booked
// with its commission and held for review: its hold approves nothing until a person approves or rejects it, and the
// audit trail says which rule it was ("conversion.hold").
#pragma once

#include <span>

#include "core/actions/book_conversions.h"
#include "core/actions/caller.h"
#include "core/storage/database.h"

namespace footfall::core {

// Whether its campaign has rules on that may hold it: it has no outcome, and credits an affiliate.
bool is_judged_for_fraud(const PendingConversion& pending);

// Sets `findings` and `buyer` of those. Inside the transaction that books them, after campaigns are locked and before
// anything is claimed: until it ends, whatever else credits these affiliates in these campaigns waits, in every
// process, so that of simultaneous reports each is judged by those before it.
Result<void> check_for_fraud(Database& database, std::span<PendingConversion* const> pending);

// The same of a conversion that was booked without its click and is attributed now, by what was booked before it; as a
// duplicate also by what has passed meanwhile, so that of two purchases that are the same one passes. Inside the
// caller's transaction: sets `review`, and records the hold under the caller's name.
Result<void> check_late_conversion(Database& database, Caller caller, ConversionRow& row, const FraudRules& rules,
                                   const ClickLookup& click);

}  // namespace footfall::core
