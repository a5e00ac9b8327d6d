// Erases what stored clicks tell of persons, and leaves a receipt in the audit trail.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/actions/caller.h"
#include "core/storage/database.h"
#include "core/storage/erasures.h"
#include "core/storage/streams.h"

namespace footfall::core {

// Exactly one of the three is set.
struct ErasureRequest {
  std::optional<wire::ClickId> click;
  std::optional<std::string> visitor;    // 16 bytes, as in the visitor column
  std::optional<std::string> affiliate;  // public id: all clicks that credit it so far
};

struct ErasureReceipt {
  std::string public_id;  // era_…, the audit entry's subject
  std::string asked;      // "click", "visitor" or "affiliate"
  std::string subject;    // the click's id or the affiliate's; empty for a visitor: a receipt must not keep the hash
  std::string by;
  std::int64_t at_us = 0;
  ErasureReport erased;
  std::int64_t conversions_kept = 0;  // of that click or affiliate: they are the merchant's books
  std::vector<StreamRow> on_the_way;  // streams with clicks that are not stored yet: these are erased on arrival
};

// Only an operator and upkeep may call it, and not within a transaction. What is not stored yet, and what an edge
// ships again, is erased when it is stored; for an affiliate only what was received before. `now_us` is the receipt's
// time.
// Errors: not_found: no such affiliate, or a caller who may not; invalid: not exactly one is set. After another error
// it can be called again, and erases what is left; that receipt counts only what it erased itself.
Result<ErasureReceipt> erase_clicks(Database& database, const Caller& caller, const ErasureRequest& request,
                                    const LetterReader& reader, std::int64_t now_us);

}  // namespace footfall::core
