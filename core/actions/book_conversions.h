// From reports to booked conversions, in two steps. judge_and_book() looks up duplicates, evidence, attribution and
// terms of many reports at once and books what it can in few statements: first what depends on no count, then, in one
// transaction with a lock on each campaign, what depends on counts that must not change meanwhile (a budget, tiers, a
// limit per customer or click). What is to be refused, or meets somebody else's claim, it leaves to book_separately(),
// which takes one transaction for each.
//
// Evidence is read before anything is written, so that a wait for a click holds no locks. What is read there (a click,
// a code, an enrolment, the terms) does not change under a conversion in a way that could be paid twice; that no click
// was judged again meanwhile, the booking statement checks. What fraud rules judge by does change: they are judged
// where the conversion is booked, under a lock (fraud_checks.h). Simultaneous reports compete for two more: the claim
// of a transaction id, which the booking statement takes, and the counts. Of any number of simultaneous reports of one
// transaction id, in any number of processes, exactly one is booked and the others see it (SEL-30, AFS-36).
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/actions/caller.h"
#include "core/actions/conversion_report.h"
#include "core/domain/fraud.h"
#include "core/domain/identifiers.h"
#include "core/storage/bookings.h"
#include "core/storage/database.h"
#include "core/storage/evidence.h"

namespace footfall::core {

// A report on its way, and what is known of it so far.
struct PendingConversion {
  const Caller* caller = nullptr;            // outlives it
  const ConversionReport* report = nullptr;  // outlives it
  Attribution attribution = {};
  std::optional<TermsInForce> terms = {};
  std::optional<std::int64_t> judged_pages = {};           // as in NewBooking
  std::string click_address = {}, click_visitor = {};      // as in ClickLookup
  std::string buyer = {};                                  // as in ConversionRow
  std::vector<FraudFinding> findings = {};                 // some: it is held for review
  std::optional<Result<RecordedConversion>> outcome = {};  // set: nothing more to do

  wire::AccountId account() const { return caller->account.id; }
  wire::Mode mode() const { return caller->acting_mode(); }
  const Policy& policy() const { return caller->policy; }
  std::string goal_name() const { return fold_identifier(report->goal); }  // what goals are compared by
  wire::CampaignId named_campaign() const { return report->campaign ? report->campaign->id : wire::CampaignId{}; }
};

inline RecordedConversion refused(RecordOutcome outcome, Attribution attribution = {}) {
  return {outcome, {}, std::move(attribution)};
}

// Brings what people typed or pasted to the form in which it is stored (core/domain/README.md); an identifier of which
// nothing is left is absent.
void tidy_identifiers(ConversionReport& report);

// Afterwards each has an outcome, or is left for book_separately(). One that PostgreSQL refuses as data harms no other.
// `before_booking` is called at most once, when all that is not to be booked has its outcome and nothing is booked yet.
// What has an outcome then is not looked at again: its caller and report may end.
void judge_and_book(Database& database, std::span<PendingConversion> pending,
                    const std::function<void()>& before_booking = {});

// A part of it: each gets its attribution, with what is known of its click, or an outcome.
Result<void> attribute_all(Database& database, std::span<PendingConversion> pending);
// The last part of it.
Result<void> book_counted(Database& database, std::span<PendingConversion> pending);
// Whether the commission depends on a count of earlier conversions, which must not change until this one is booked.
bool needs_counting(const PendingConversion& pending);

// Under CPA a customer and a click earn a bounded number of times per goal (AFS-34, AFS-35); the slots of claims count.
struct EarningLimit {
  ClaimKey key;
  int count = 0;                                          // slots
  RecordOutcome outcome = RecordOutcome::customer_limit;  // when none is free
};
std::vector<EarningLimit> earning_limits(const PendingConversion& pending, const ConversionRow& row);

// Books one that judge_and_book() left. Any connection will do; where its click has been judged again since, it is
// judged anew.
Result<RecordedConversion> book_separately(Database& database, const PendingConversion& pending);

// Both for one report, without a round (conversion_rounds.h): for what is reported one by one.
Result<RecordedConversion> book_alone(Database& database, const Caller& caller, ConversionReport report);

// Scope of the claim that makes the report's transaction id unique.
std::string transaction_scope(const PendingConversion& pending, wire::CampaignId campaign);
// With its ledger postings; nothing is claimed by it yet.
NewBooking booking_of(const PendingConversion& pending, ConversionRow row);
// `outcome`, with the conversion that holds the claim.
Result<RecordedConversion> outcome_with_claim_holder(Database& database, RecordOutcome outcome,
                                                     const PendingConversion& pending, const std::string& scope,
                                                     const std::string& value);

}  // namespace footfall::core
