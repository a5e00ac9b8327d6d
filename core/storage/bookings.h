// Writes booked conversions, any number in one statement: claims, rows, ledger entries, audit and events. Outside a
// transaction the statement is one of its own, with a single round trip for all of them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/storage/conversions.h"
#include "core/storage/database.h"

namespace footfall::core {

struct NewBooking {
  ConversionRow row;         // its id may be none: then one is made
  std::string claim_scope;   // in which row.external_id is claimed; empty: it is not, or is claimed already
  std::string actor;         // for the audit
  std::string event = "{}";  // payload of "conversion.created", a JSON object
  std::string hold_reason;   // why it is held for review, for the audit, which then has "conversion.hold" …
  std::string hold_details;  // … with this JSON object; empty: no rule holds it
  // How many pages of clicks had been judged again when its click was read (evidence.h); none: it has none.
  std::optional<std::int64_t> judged_pages;
  std::vector<Posting> postings;  // balanced, in row.commission_currency
  bool stored = false;            // afterwards: false if somebody else has the claim; then nothing of it was written
};

// All or nothing. A claim that a concurrent transaction holds is waited for; claims are taken in one order everywhere,
// so that two calls cannot lock each other. An error of code kJudgedSince (rejudgements.h): clicks have been judged
// again since these were read, so what they earn has to be decided anew. Fills in row.id and the public names of what
// was stored.
Result<void> write_bookings(Database& database, std::span<NewBooking> bookings);

}  // namespace footfall::core
