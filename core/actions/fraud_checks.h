// Judges conversions by the fraud rules of their campaigns (core/domain/fraud.h). One that a rule catches is booked
// with its commission and held for review: its hold approves nothing until a person approves or rejects it, and the
// audit trail says which rule it was ("conversion.hold").
#pragma once

#include <span>

#include "core/actions/book_conversions.h"
#include "core/actions/caller.h"
#include "core/storage/database.h"

namespace footfall::core {

// Of those without an outcome that credit an affiliate. Reports of the same moment in another process are not seen.
Result<void> check_for_fraud(Database& database, std::span<PendingConversion> pending);

// The same of a conversion that was booked without its click and is attributed now, inside the caller's transaction:
// sets `review`, and records the hold under the caller's name. `click_address` as kept with the click.
Result<void> check_late_conversion(Database& database, Caller caller, ConversionRow& row, const FraudRules& rules,
                                   std::string_view click_address);

}  // namespace footfall::core
