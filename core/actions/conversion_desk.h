// How reports become conversions: judged and booked many at a time, and what must be alone with the books, alone.
//
// Evidence is read before anything is written, so that a wait for a click holds no locks; what is read there (a click,
// a code, an enrolment, the terms) does not change under a conversion in a way that could be paid twice. The claims and
// the budget are what reports compete for: claims are settled by the statement that books, in one order everywhere; a
// budget, tiers and limits per customer or click are counted inside a transaction of its own, under its locks.
#pragma once

#include <optional>
#include <span>

#include "core/actions/record_conversion.h"
#include "core/storage/bookings.h"
#include "core/storage/database.h"
#include "core/storage/evidence.h"

namespace footfall::core {

// A report on its way, and what is known of it so far.
struct Desked {
  const ConversionReport* report = nullptr;  // outlives it
  Attribution attribution = {};
  std::optional<TermsInForce> terms = {};
  std::optional<Result<RecordedConversion>> outcome = {};  // set: nothing more to do
};

// Judges them and books what can be booked together, in few statements. Afterwards each has an outcome, or is left for
// book_alone(). One that PostgreSQL refuses as data harms no other.
void settle(Database& database, std::span<Desked> desked);

// Books one that settle() left. Any caller's connection will do.
Result<RecordedConversion> book_alone(Database& database, const Desked& desked);

// Scope of the claim that makes the report's transaction id unique.
std::string transaction_scope(const ConversionReport& report, wire::CampaignId campaign);
// With its ledger postings; nothing is claimed by it yet.
NewBooking booking_of(const ConversionReport& report, ConversionRow row);
// `outcome`, with the conversion that has the claim.
Result<RecordedConversion> already(Database& database, RecordOutcome outcome, const ConversionReport& report,
                                   const std::string& scope, const std::string& value);

}  // namespace footfall::core
