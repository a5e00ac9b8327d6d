// Corrects a conversion after its click was judged again (core/domain/rejudgement.h).
#pragma once

#include "core/actions/caller.h"
#include "core/domain/rejudgement.h"
#include "core/storage/conversions.h"
#include "core/storage/database.h"

namespace footfall::core {

JudgedConversion judged(const ConversionRow& row);

// In a transaction of its own, through the steps of a conversion's life and the ledger. The answer says what was done;
// where the books do not allow a correction, it is by_hand and nothing has changed. Done twice, it changes nothing the
// second time.
Result<Correction> correct_conversion(Database& database, const Caller& caller, ConversionId id, bool is_human);

}  // namespace footfall::core
