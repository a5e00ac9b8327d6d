// The reports of a round go through the same steps together: confirm callers, find duplicates, attribute by click and
// code, find the terms, book. A step that needs the database asks once for all of them. A report that gets its outcome
// in one step is skipped by the following ones. If PostgreSQL refuses a step, each report of the round goes through all
// steps alone, so that only the one that caused the refusal fails.
#include "core/actions/book_conversions.h"

#include <algorithm>
#include <set>

#include "core/actions/deposits_left.h"
#include "core/actions/fraud_checks.h"
#include "core/actions/pricing.h"
#include "core/actions/record_change.h"
#include "core/storage/api_keys.h"
#include "core/storage/bookings.h"
#include "core/storage/ledger.h"
#include "core/storage/refused_reports.h"
#include "core/storage/rejudgements.h"

namespace footfall::core {
namespace {

// A sale far from now is refused. Affiliates report no conversions, and nobody reports for a campaign that the caller
// cannot see.
void check_reports(std::span<PendingConversion> pending) {
  for (PendingConversion& one : pending) {
    if (one.outcome) continue;
    const Scope scope = one.caller->scope();
    const CampaignRow* const campaign = one.report->campaign;
    if (!is_plausible_sale_time(one.report->sale_us(), one.report->received_us)) {
      one.outcome = refused(RecordOutcome::time_implausible);
    }
    if (scope.affiliate || (campaign != nullptr && !scope.contains(campaign->account, campaign->mode))) {
      one.outcome = not_found("there is no such campaign");
    }
  }
}

// A caller that was remembered from an earlier request counts if neither its key nor its account has changed since.
Result<void> confirm_callers(Database& database, std::span<PendingConversion> pending) {
  std::set<KeyStamp> remembered;
  for (const PendingConversion& one : pending) {
    if (one.report->caller_is_remembered) remembered.insert(one.caller->stamp);
  }
  auto current = current_stamps(database, remembered);
  if (!current) return Failure(current.error());
  for (PendingConversion& one : pending) {
    if (one.report->caller_is_remembered && !current->contains(one.caller->stamp)) {
      one.outcome = unavailable(ErrorSource::us, "the key or its account has changed");
    }
  }
  return {};
}

// A repeat is answered before anything else is judged (SE-13, AF-9), unless the scope of its transaction id depends on
// the campaign and that is not known yet.
Result<void> find_duplicates(Database& database, std::span<PendingConversion> pending) {
  std::vector<ClaimKey> keys;
  std::vector<PendingConversion*> key_owners;  // in the order of the keys
  for (PendingConversion& one : pending) {
    const auto& transaction = one.report->external_id;
    if (one.outcome || !transaction) continue;
    const wire::CampaignId campaign = one.named_campaign();
    if (!campaign && one.policy().duplicate_scope == DuplicateScope::campaign) continue;
    keys.push_back({one.account(), one.mode(), transaction_scope(one, campaign), *transaction});
    key_owners.push_back(&one);
  }
  auto held = claimed_by(database, keys);
  if (!held) return Failure(held.error());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!(*held)[i]) continue;
    key_owners[i]->outcome =
        outcome_with_claim_holder(database, RecordOutcome::duplicate, *key_owners[i], keys[i].scope, keys[i].value);
  }
  return {};
}

// Sales that are refused because their click is no person's, so that they can be found when it is judged human.
Result<void> note_refusals(Database& database, std::span<const PendingConversion> pending) {
  std::vector<RefusedReport> refusals;
  for (const PendingConversion& one : pending) {
    const ConversionReport& report = *one.report;
    const bool is_for_click = one.outcome && *one.outcome && (*one.outcome)->outcome == RecordOutcome::not_attributed &&
                              one.attribution.reason == AttributionReason::click_not_human;
    if (!is_for_click || !report.click || report.dry_run) continue;
    const std::string currency = report.currency ? " " + *report.currency : "";
    const std::string amount = report.amount_text    ? *report.amount_text + currency
                               : report.amount_minor ? std::to_string(*report.amount_minor) + " minor" + currency
                                                     : "";
    refusals.push_back({one.account(), one.mode(), *report.click, one.goal_name(), report.external_id.value_or(""),
                        amount, report.received_us, ""});
  }
  return note_refused_reports(database, refusals);
}

Result<void> find_terms(Database& database, std::span<PendingConversion> pending) {
  std::vector<TermsQuery> queries;
  std::vector<std::size_t> query_of(pending.size());
  for (std::size_t i = 0; i < pending.size(); ++i) {
    const PendingConversion& one = pending[i];
    if (one.outcome || !one.attribution.attributed) continue;
    const TermsQuery query{one.attribution.earner.campaign, one.goal_name()};
    const auto known = std::find(queries.begin(), queries.end(), query);
    query_of[i] = static_cast<std::size_t>(known - queries.begin());
    if (known == queries.end()) queries.push_back(query);
  }
  auto terms = terms_in_force(database, queries);
  if (!terms) return Failure(terms.error());
  for (std::size_t i = 0; i < pending.size(); ++i) {
    if (!pending[i].outcome && pending[i].attribution.attributed) pending[i].terms = (*terms)[query_of[i]];
  }
  return {};
}

struct Together {
  std::vector<NewBooking> bookings;
  std::vector<PendingConversion*> owners;  // in the order of the bookings
};

Result<Together> write_together(Database& database, std::span<PendingConversion* const> pending) {
  Together made;
  DepositsLeft deposits(database);
  for (PendingConversion* const given : pending) {
    PendingConversion& one = *given;
    ConversionRow row = row_of(one);
    if (read_amount(one, row) != RecordOutcome::booked) continue;  // refused, once its claim is known
    if (!price(one.policy(), one.attribution, one.terms, 0, row)) continue;
    auto covered = deposits.take(row);
    if (!covered) return Failure(covered.error());
    if (!*covered) continue;
    made.bookings.push_back(booking_of(one, std::move(row)));
    NewBooking& booking = made.bookings.back();
    if (one.report->external_id) booking.claim_scope = transaction_scope(one, booking.row.campaign);
    made.owners.push_back(&one);
  }
  if (made.bookings.empty()) return made;
  if (auto written = write_bookings(database, made.bookings); !written) return Failure(written.error());
  return made;
}

// One statement; where fraud rules judge one of them, judged and booked in one transaction.
Result<void> book_together(Database& database, std::span<PendingConversion> pending) {
  std::vector<PendingConversion*> plain;
  bool any_judged = false;
  for (PendingConversion& one : pending) {
    if (one.outcome || one.report->dry_run || needs_counting(one)) continue;
    any_judged |= is_judged_for_fraud(one);
    plain.push_back(&one);
  }
  auto made = any_judged ? database.transaction<Together>([&]() -> Result<Together> {
    if (auto judged = check_for_fraud(database, plain); !judged) return Failure(judged.error());
    return write_together(database, plain);
  })
                         : write_together(database, plain);
  if (!made) return Failure(made.error());
  for (std::size_t i = 0; i < made->bookings.size(); ++i) {
    PendingConversion& one = *made->owners[i];
    NewBooking& booking = made->bookings[i];
    if (booking.stored) {
      one.outcome = RecordedConversion{RecordOutcome::booked, std::move(booking.row), one.attribution};
    } else {
      one.outcome = outcome_with_claim_holder(database, RecordOutcome::duplicate, one, booking.claim_scope,
                                              *one.report->external_id);
    }
  }
  return {};
}

// PostgreSQL refused the data, gave up a lock or did not get one in time (55P03), or a click has been judged again.
// Nothing was written, and the other reports may succeed without the one that caused it.
bool is_refusal(const Error& error) {
  return error.source == ErrorSource::postgres &&
         (error.code.starts_with("22") || error.code.starts_with("23") || error.code.starts_with("40") ||
          error.code == "55P03" || error.code == kJudgedSince);
}

}  // namespace

void tidy_identifiers(ConversionReport& report) {
  report.goal = tidy_identifier(report.goal);
  for (std::optional<std::string>* const field :
       {&report.external_id, &report.customer_id, &report.promo_code, &report.affiliate_code, &report.prospect_email}) {
    if (!*field) continue;
    **field = tidy_identifier(**field);
    if ((*field)->empty()) field->reset();
  }
}

std::string transaction_scope(const PendingConversion& pending, wire::CampaignId campaign) {
  switch (pending.policy().duplicate_scope) {
    case DuplicateScope::account:
      return "txid";
    case DuplicateScope::goal:
      return "txid:" + pending.goal_name();
    case DuplicateScope::campaign:
      return "txid:" + std::to_string(campaign.value);
  }
  return "txid";
}

NewBooking booking_of(const PendingConversion& pending, ConversionRow row) {
  NewBooking made;
  made.actor = pending.caller->name;
  if (pending.mode() == wire::Mode::live && row.commission_currency) {
    made.postings = postings_of_creation({row.affiliate, row.from_deposit}, row.commission_minor);
  }
  made.judged_pages = pending.judged_pages;
  if (!pending.findings.empty()) {
    row.review = true;
    made.hold_reason = findings_text(pending.findings);
    made.hold_details = ChangeDetails().add_json("rules", findings_json(pending.findings)).text();
  }
  made.event = conversion_payload(row).text();
  made.row = std::move(row);
  return made;
}

Result<RecordedConversion> outcome_with_claim_holder(Database& database, RecordOutcome outcome,
                                                     const PendingConversion& pending, const std::string& scope,
                                                     const std::string& value) {
  const ClaimKey key{pending.account(), pending.mode(), scope, value};
  auto holders = claimed_by(database, {&key, 1});
  if (!holders) return Failure(holders.error());
  const auto id = holders->front();
  if (!id) return Failure(Error{ErrorKind::unavailable, ErrorSource::postgres, true, "a claim vanished", "40001"});
  auto row = load_conversion(database, *id, false);
  if (!row) return Failure(row.error());
  if (!*row) return internal("a claim points at no conversion");
  return RecordedConversion{outcome, std::move(**row), {}};
}

void judge_and_book(Database& database, std::span<PendingConversion> pending,
                    const std::function<void()>& before_booking) {
  auto done = confirm_callers(database, pending);
  check_reports(pending);
  if (done) done = find_duplicates(database, pending);
  if (done) done = attribute_all(database, pending);
  if (done) done = note_refusals(database, pending);
  if (done) done = find_terms(database, pending);
  if (done) {
    if (before_booking) before_booking();
    done = book_together(database, pending);
    if (done) done = book_counted(database, pending);
    if (done || is_refusal(done.error())) return;  // what has no outcome is booked separately
  } else if (pending.size() > 1 && is_refusal(done.error())) {
    for (PendingConversion& one : pending) {
      one = {one.caller, one.report};
      judge_and_book(database, {&one, 1});
    }
    return;
  }
  for (PendingConversion& one : pending) {
    if (!one.outcome) one.outcome = Failure(done.error());
  }
}

}  // namespace footfall::core
