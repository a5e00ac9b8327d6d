// One conversion in a transaction of its own: the claims first, then what is counted under locks.
#include "core/actions/book_conversions.h"
#include "core/actions/fraud_checks.h"
#include "core/actions/pricing.h"
#include "core/storage/bookings.h"
#include "core/storage/ledger.h"
#include "core/storage/rejudgements.h"

namespace footfall::core {
namespace {

Result<std::optional<RecordedConversion>> claim_limits(Database& database, const PendingConversion& pending,
                                                       const ConversionRow& row) {
  for (const EarningLimit& limit : earning_limits(pending, row)) {
    const ClaimKey& key = limit.key;
    bool taken = false;
    for (int slot = 0; slot < limit.count && !taken; ++slot) {
      auto claimed = claim(database, key.account, key.mode, key.scope, key.value, slot, row.id);
      if (!claimed) return Failure(claimed.error());
      taken = *claimed;
    }
    if (taken) continue;
    auto earlier = outcome_with_claim_holder(database, limit.outcome, pending, key.scope, key.value);
    if (!earlier) return Failure(earlier.error());
    return std::optional<RecordedConversion>(std::move(*earlier));
  }
  return std::nullopt;
}

// A refusal leaves the transaction without having written anything: its rollback gives back the claims taken so far.
// `recorded` carries the answer past the rollback.
struct Refusal {
  std::optional<RecordedConversion> recorded;
};
Failure roll_back() { return Failure(Error{ErrorKind::conflict, ErrorSource::us, false, "rolled back", "refused"}); }

Result<RecordedConversion> book(Database& database, PendingConversion pending, Refusal& refusal) {
  const ConversionReport& report = *pending.report;
  const Attribution& attribution = pending.attribution;
  const auto refuse = [&](RecordedConversion recorded) -> Result<RecordedConversion> {
    refusal.recorded = std::move(recorded);
    return roll_back();
  };
  // Before anything is claimed, as in book_counted.cc, so that the two cannot lock each other.
  if (needs_counting(pending)) {
    auto locked = lock_campaigns(database, {attribution.earner.campaign});
    if (!locked) return Failure(locked.error());
  }
  PendingConversion* const judged[] = {&pending};
  if (auto checked = check_for_fraud(database, judged); !checked) return Failure(checked.error());
  auto id = next_conversion_id(database);
  if (!id) return Failure(id.error());
  ConversionRow row = row_of(pending);
  row.id = *id;

  if (report.external_id) {
    const std::string scope = transaction_scope(pending, row.campaign);
    auto claimed = claim(database, pending.account(), pending.mode(), scope, *report.external_id, 0, row.id);
    if (!claimed) return Failure(claimed.error());
    if (!*claimed)
      return outcome_with_claim_holder(database, RecordOutcome::duplicate, pending, scope, *report.external_id);
  }
  if (const RecordOutcome outcome = read_amount(pending, row); outcome != RecordOutcome::booked) {
    return refuse({outcome, row, attribution});
  }
  BookedCounts counts(database);
  auto pricing = price_by_books(counts, pending.policy(), attribution, pending.terms, row);
  if (!pricing) return Failure(pricing.error());
  if (*pricing == Pricing::amount_required) return refuse({RecordOutcome::amount_required, row, attribution});
  if (*pricing == Pricing::budget_exceeded) return refuse({RecordOutcome::budget_exceeded, row, attribution});
  if (pending.terms) {
    auto limited = claim_limits(database, pending, row);
    if (!limited) return Failure(limited.error());
    if (*limited) return refuse(std::move(**limited));
  }

  if (row.from_deposit) {
    auto balance = deposit_balance(database, row.account, row.mode, *row.commission_currency, true);
    if (!balance) return Failure(balance.error());
    if (balance->available_minor < row.commission_minor) {
      return refuse({RecordOutcome::insufficient_deposit, row, attribution});
    }
  }
  if (report.dry_run) return refuse({RecordOutcome::booked, row, attribution});
  NewBooking booking = booking_of(pending, std::move(row));
  if (auto written = write_bookings(database, {&booking, 1}); !written) return Failure(written.error());
  return RecordedConversion{RecordOutcome::booked, std::move(booking.row), attribution};
}

Result<RecordedConversion> book_in_transaction(Database& database, const PendingConversion& pending) {
  Refusal refusal;
  auto recorded = database.transaction<RecordedConversion>([&] { return book(database, pending, refusal); });
  if (!recorded && refusal.recorded && recorded.error().code == "refused") return std::move(*refusal.recorded);
  return recorded;
}

}  // namespace

Result<RecordedConversion> book_alone(Database& database, const Caller& caller, ConversionReport report) {
  tidy_identifiers(report);
  PendingConversion one{&caller, &report};
  judge_and_book(database, {&one, 1});
  return one.outcome ? std::move(*one.outcome) : book_separately(database, one);
}

Result<RecordedConversion> book_separately(Database& database, const PendingConversion& pending) {
  auto recorded = book_in_transaction(database, pending);
  if (recorded || recorded.error().code != kJudgedSince) return recorded;
  // No page is judged until this one is booked, so once more is enough.
  const RejudgingKeptOut kept(database);
  PendingConversion anew{pending.caller, pending.report};
  judge_and_book(database, {&anew, 1});
  return anew.outcome ? std::move(*anew.outcome) : book_in_transaction(database, anew);
}

}  // namespace footfall::core
