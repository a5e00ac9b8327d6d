// The steps in a conversion's life (core/domain/conversion_life.h), each in one transaction with its ledger postings
// and its audit row: who, what, when and why.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/actions/caller.h"
#include "core/domain/conversion_life.h"
#include "core/storage/conversions.h"
#include "core/storage/database.h"

namespace footfall::core {

struct ConversionChange {
  std::string public_id;
  ConversionVerb verb = ConversionVerb::approve;
  std::optional<std::int64_t> part_minor;       // of the commission, for a partial reversal
  std::optional<std::string> rejection_reason;  // stored with the conversion, reject only
  std::optional<std::string> rejection_note;
  bool holds = false;  // restore only: it waits for a person again, as it did before it was rejected
};

// The conversion as it is afterwards. not_found, conflict (a step that is not allowed), invalid (a part that is too
// large). Conflicts with a code: "disputed" (the operator decides), "budget_exceeded" and "insufficient_deposit" (a
// restored commission is no longer covered). A step to where it is already changes nothing and is no error.
Result<ConversionRow> change_conversion(Database& database, const Caller& caller, const ConversionChange& change);

// The same within the caller's transaction; `row` is the conversion as it stands, locked.
Result<ConversionRow> take_step(Database& database, const Caller& caller, const ConversionRow& row,
                                const ConversionChange& change);

// Holds a pending conversion, which the caller's transaction has locked, until a person approves or rejects it.
Result<void> hold_conversion(Database& database, const Caller& caller, const ConversionRow& row);

// An operator's: holds a pending conversion until an operator approves or rejects it, or ends the dispute, whatever its
// hold says and the merchant wants; what was reserved for it stays reserved (AY-8). One that is disputed already stays
// so. conflict for one that is decided.
Result<ConversionRow> dispute_conversion(Database& database, const Caller& caller, std::string_view public_id);
// An operator's: the dispute ends without a decision, and the conversion goes on as any other that is pending; a hold
// that has passed meanwhile approves it. conflict: it is not disputed.
Result<ConversionRow> end_dispute(Database& database, const Caller& caller, std::string_view public_id);

}  // namespace footfall::core
