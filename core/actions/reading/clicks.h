// Stored clicks, as a caller may see them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/actions/caller.h"
#include "core/actions/reading/selection.h"
#include "core/storage/click_reads.h"
#include "core/storage/conversions.h"

namespace footfall::core {

struct ClickDetails {
  std::vector<StoredClick> clicks;  // at least one; several when accounts or modes share the id
  std::vector<ClickConflict> conflicts;
  std::vector<ConversionRow> conversions;  // oldest first
};
// None: no such click is stored for the caller.
Result<std::optional<ClickDetails>> read_click(Database& database, const Caller& caller, const wire::ClickId& id);

// Why it is not unique (COMMON.md D-16), in a stable word: "not_counted", for its verdict; "visitor_unknown", for there
// is none, or it was erased; "repeated_visit", of the visitor on the link in that UTC hour. Empty: it is unique.
std::string_view why_not_unique(const StoredClick& click);

// Whether the caller's account has it in the mode in which the caller does not act (SEL-31).
Result<bool> is_click_of_other_mode(Database& database, const Caller& caller, const wire::ClickId& id);

// A page in ascending order; `after` is the last click of the page before. Account, mode, campaign and affiliate of the
// filter are the caller's, or what `of` names.
Result<std::vector<StoredClick>> read_click_page(Database& database, const Caller& caller, const ClickFilter& filter,
                                                 const OwnerIds& of, const StoredClick* after, int limit);

}  // namespace footfall::core
