#include "core/actions/conversion_desk.h"

#include <algorithm>

#include "core/actions/pricing.h"
#include "core/storage/bookings.h"

namespace footfall::core {
namespace {

RecordedConversion refused(RecordOutcome outcome, Attribution attribution = {}) {
  return {outcome, {}, std::move(attribution)};
}

// A repeat is recognised before anything else is judged (SE-13, AF-9), as far as its scope is known by now.
Result<void> recognise(Database& database, std::span<Desked> desked) {
  std::vector<ClaimKey> keys;
  std::vector<Desked*> whose;
  for (Desked& one : desked) {
    const ConversionReport& report = *one.report;
    if (!report.external_id) continue;
    if (!report.campaign && report.policy->duplicate_scope == DuplicateScope::campaign) continue;
    keys.push_back({report.account, report.mode, transaction_scope(report, report.campaign), *report.external_id});
    whose.push_back(&one);
  }
  auto held = claimed_by(database, keys);
  if (!held) return Failure(held.error());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!(*held)[i]) continue;
    whose[i]->outcome = already(database, RecordOutcome::duplicate, *whose[i]->report, keys[i].scope, keys[i].value);
  }
  return {};
}

Result<CodeLookup> find_code(Database& database, const ConversionReport& report) {
  if (report.promo_code) return find_promo_code(database, report.account, report.mode, *report.promo_code);
  if (!report.affiliate_code) return CodeLookup{};
  return find_affiliate_code(database, report.account, report.mode, report.campaign, *report.affiliate_code);
}

// What its click and its code say about one report: an attribution, or an outcome.
Result<void> judge(Database& database, Desked& desked, const ClickLookup* click) {
  const ConversionReport& report = *desked.report;
  Signals signals;
  signals.click_may_still_come = report.click_may_still_come;
  signals.click_given = report.click.has_value();
  bool other_mode = false;
  bool click_missing = false;
  if (click != nullptr) {
    if (click->click) signals.clicks = {&*click->click, 1};
    other_mode = !click->click && click->in_other_mode;
    click_missing = !click->click && !click->in_other_mode;
  }
  if (report.promo_code || report.affiliate_code) {
    signals.code_given = true;
    auto code = find_code(database, report);
    if (!code) return Failure(code.error());
    other_mode |= !code->code && code->in_other_mode;
    signals.code = std::move(code->code);
  }
  if (other_mode) {
    desked.outcome = refused(RecordOutcome::mode_mismatch);
    return {};
  }
  if (click_missing) {
    if (report.must_attribute) {
      auto other = click_of_another(database, report.account, *report.click);
      if (!other) return Failure(other.error());
      if (*other) {
        desked.outcome = refused(RecordOutcome::click_of_another);
        return {};
      }
    }
    if (!report.click_settled && !report.click_may_still_come && wire::is_uuid_v7(*report.click)) {
      desked.outcome = refused(RecordOutcome::needs_click);
      return {};
    }
  }
  desked.attribution = attribute(signals, report.received_us);
  if (!desked.attribution.attributed && report.must_attribute) {
    desked.outcome = refused(RecordOutcome::not_attributed, desked.attribution);
  }
  return {};
}

Result<void> judge_all(Database& database, std::span<Desked> desked) {
  std::vector<ClickQuery> queries;
  for (Desked& one : desked) {
    if (one.outcome) continue;
    const ConversionReport& report = *one.report;
    if (!report.click && !report.promo_code && !report.affiliate_code) {
      one.outcome = refused(RecordOutcome::no_signal);
    } else if (report.click) {
      queries.push_back({report.account, report.mode, *report.click});
    }
  }
  auto clicks = find_clicks(database, queries);
  if (!clicks) return Failure(clicks.error());
  auto next = clicks->begin();
  for (Desked& one : desked) {
    if (one.outcome) continue;
    const ClickLookup* const click = one.report->click ? &*next++ : nullptr;
    if (auto judged = judge(database, one, click); !judged) return judged;
  }
  return {};
}

Result<void> find_terms(Database& database, std::span<Desked> desked) {
  std::vector<TermsQuery> queries;
  std::vector<std::size_t> query_of(desked.size());
  for (std::size_t i = 0; i < desked.size(); ++i) {
    const Desked& one = desked[i];
    if (one.outcome || !one.attribution.attributed) continue;
    const TermsQuery query{one.attribution.earner.campaign, one.report->goal};
    const auto known = std::find(queries.begin(), queries.end(), query);
    query_of[i] = static_cast<std::size_t>(known - queries.begin());
    if (known == queries.end()) queries.push_back(query);
  }
  auto terms = terms_in_force(database, queries);
  if (!terms) return Failure(terms.error());
  for (std::size_t i = 0; i < desked.size(); ++i) {
    if (!desked[i].outcome && desked[i].attribution.attributed) desked[i].terms = (*terms)[query_of[i]];
  }
  return {};
}

// Whether the books must stand still while it is counted.
bool is_counted(const Desked& desked) {
  if (!desked.terms) return false;
  const TermsInForce& terms = *desked.terms;
  const bool limited =
      (terms.customer_limit > 0 && desked.report->customer_id) || (terms.click_limit > 0 && desked.report->click);
  return !terms.terms.tiers.empty() || terms.budget_minor || (terms.model == "cpa" && limited);
}

Result<void> book_together(Database& database, std::span<Desked> desked) {
  std::vector<NewBooking> bookings;
  std::vector<Desked*> whose;
  for (Desked& one : desked) {
    const ConversionReport& report = *one.report;
    if (one.outcome || report.dry_run || is_counted(one)) continue;
    ConversionRow row = row_of(report, one.attribution);
    if (read_amount(report, one.terms, row) != RecordOutcome::booked) continue;  // refused, once its claim is known
    if (!price(*report.policy, one.attribution, one.terms, 0, row)) continue;
    bookings.push_back(booking_of(report, std::move(row)));
    if (report.external_id) bookings.back().claim_scope = transaction_scope(report, bookings.back().row.campaign);
    whose.push_back(&one);
  }
  if (bookings.empty()) return {};
  if (auto written = write_bookings(database, bookings); !written) return written;
  for (std::size_t i = 0; i < bookings.size(); ++i) {
    const ConversionReport& report = *whose[i]->report;
    NewBooking& booking = bookings[i];
    if (booking.stored) {
      whose[i]->outcome = RecordedConversion{RecordOutcome::booked, std::move(booking.row), whose[i]->attribution};
    } else {
      whose[i]->outcome = already(database, RecordOutcome::duplicate, report, booking.claim_scope, *report.external_id);
    }
  }
  return {};
}

// PostgreSQL said so, of data or of a lock: nothing was written, and others may fare better without this one.
bool is_refusal(const Error& error) {
  return error.source == ErrorSource::postgres &&
         (error.code.starts_with("22") || error.code.starts_with("23") || error.code.starts_with("40"));
}

}  // namespace

std::string transaction_scope(const ConversionReport& report, wire::CampaignId campaign) {
  switch (report.policy->duplicate_scope) {
    case DuplicateScope::account:
      return "txid";
    case DuplicateScope::goal:
      return "txid:" + report.goal;
    case DuplicateScope::campaign:
      return "txid:" + std::to_string(campaign.value);
  }
  return "txid";
}

NewBooking booking_of(const ConversionReport& report, ConversionRow row) {
  NewBooking made;
  made.actor = report.actor;
  if (report.mode == wire::Mode::live && row.commission_currency) {
    made.postings = postings_of_creation({row.affiliate, row.from_deposit}, row.commission_minor);
  }
  made.row = std::move(row);
  return made;
}

Result<RecordedConversion> already(Database& database, RecordOutcome outcome, const ConversionReport& report,
                                   const std::string& scope, const std::string& value) {
  const ClaimKey key{report.account, report.mode, scope, value};
  auto holders = claimed_by(database, {&key, 1});
  if (!holders) return Failure(holders.error());
  const auto id = holders->front();
  if (!id) return Failure(Error{ErrorKind::unavailable, ErrorSource::postgres, true, "a claim vanished", "40001"});
  auto row = load_conversion(database, *id, false);
  if (!row) return Failure(row.error());
  if (!*row) return internal("a claim points at no conversion");
  return RecordedConversion{outcome, std::move(**row), {}};
}

void settle(Database& database, std::span<Desked> desked) {
  auto done = recognise(database, desked);
  if (done) done = judge_all(database, desked);
  if (done) done = find_terms(database, desked);
  if (done) {
    done = book_together(database, desked);
    if (done || is_refusal(done.error())) return;  // what has no outcome is booked alone
  } else if (desked.size() > 1 && is_refusal(done.error())) {
    for (Desked& one : desked) {
      one = {one.report};
      settle(database, {&one, 1});
    }
    return;
  }
  for (Desked& one : desked) {
    if (!one.outcome) one.outcome = Failure(done.error());
  }
}

}  // namespace footfall::core
