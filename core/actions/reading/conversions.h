// Conversions, and one with the evidence for what was decided. An affiliate's caller sees its own.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/actions/caller.h"
#include "core/actions/reading/selection.h"
#include "core/storage/audit.h"
#include "core/storage/click_reads.h"
#include "core/storage/conversions.h"
#include "core/storage/judgements.h"
#include "core/storage/ledger.h"

namespace footfall::core {

// Newest first. Account, mode, campaign and affiliate of the filter are the caller's, or what `of` names.
Result<std::vector<ConversionRow>> read_conversions(Database& database, const Caller& caller, ConversionFilter filter,
                                                    const OwnerIds& of = {});
// How many a list without limit and offset would have.
Result<std::int64_t> count_conversions(Database& database, const Caller& caller, ConversionFilter filter,
                                       const OwnerIds& of = {});
// None: the caller has no such conversion.
Result<std::optional<ConversionRow>> read_conversion(Database& database, const Caller& caller,
                                                     std::string_view public_id);

// Whether the caller's account has it in the mode in which the caller does not act (SEL-31).
Result<bool> is_conversion_of_other_mode(Database& database, const Caller& caller, std::string_view public_id);
// Whether it belongs to somebody else's account (AY-20).
Result<bool> is_conversion_of_another(Database& database, const Caller& caller, std::string_view public_id);

struct ConversionEvidence {
  ConversionRow conversion;
  std::optional<StoredClick> click;  // none: it has none, or none is stored
  StoredJudgement judgement;
  std::vector<LedgerRow> ledger;  // oldest first
  std::vector<AuditRow> audit;    // newest first, at most 1,000
};
Result<std::optional<ConversionEvidence>> read_conversion_evidence(Database& database, const Caller& caller,
                                                                   std::string_view public_id);

}  // namespace footfall::core
