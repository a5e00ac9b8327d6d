// take_step() is the one place where a conversion changes: decide, store, post to the ledger, record. The API and the
// command line come to it by change_conversion(), the upkeep by keep_up_conversions() (keep_up_conversions.cc).
#include "core/actions/change_conversion.h"

#include "core/actions/checks.h"
#include "core/actions/record_change.h"
#include "core/actions/stripe_refunds.h"
#include "core/domain/event_types.h"
#include "core/domain/money.h"
#include "core/storage/campaign_counts.h"
#include "core/storage/campaigns.h"
#include "core/storage/ledger.h"
#include "core/storage/stripe_sales.h"

namespace footfall::core {
namespace {

// A rejected commission has left the campaign's budget, and others may have used it since.
Result<void> check_budget(Database& database, const ConversionRow& row) {
  if (!row.campaign || !row.commission_currency || row.mode != wire::Mode::live) return {};
  auto campaign = load_campaign(database, row.campaign);
  if (!campaign) return Failure(campaign.error());
  const std::string& currency = campaign->currency ? *campaign->currency : campaign->account_currency;
  if (!campaign->budget_minor || currency != *row.commission_currency) return {};
  if (auto locked = lock_campaigns(database, {row.campaign}); !locked) return locked;
  const CountsQuery query{row.campaign, {}, currency};
  auto counts = campaign_counts(database, {&query, 1});
  if (!counts) return Failure(counts.error());
  const auto total = checked_add(counts->front().committed_minor, row.commission_minor - row.reversed_minor);
  if (total && *total <= *campaign->budget_minor) return {};
  return taken("budget_exceeded", "the campaign's budget no longer covers the commission");
}

Result<ConversionRow> set_disputed(Database& database, const Caller& caller, ConversionRow row, bool disputed) {
  row.disputed = disputed;
  if (auto stored = store_dispute(database, row.id, disputed); !stored) return Failure(stored.error());
  const char* const action = disputed ? "conversion.dispute" : "conversion.dispute_ended";
  auto recorded = record_change(database, caller, {row.account, row.mode, action, row.public_id});
  if (!recorded) return Failure(recorded.error());
  return row;
}

}  // namespace

Result<ConversionRow> take_step(Database& database, const Caller& caller, const ConversionRow& row,
                                const ConversionChange& change) {
  const ConversionState state{row.status, row.commission_minor, row.reversed_minor, {row.affiliate, row.from_deposit}};
  auto transition = step(state, change.verb, change.part_minor);
  if (!transition) return about("part", transition.error());
  if (!transition->changes) return row;
  if (row.disputed && !caller.crosses_accounts()) {
    return taken("disputed", "the conversion is disputed, and the operator decides");
  }
  if (change.verb == ConversionVerb::restore) {
    if (auto covered = check_budget(database, row); !covered) return Failure(covered.error());
  }
  const bool rejecting = change.verb == ConversionVerb::reject;
  auto stored = store_step(database, row.id, *transition, rejecting ? change.rejection_reason : std::nullopt,
                           rejecting ? change.rejection_note : std::nullopt);
  if (!stored) return Failure(stored.error());
  if (change.holds) {
    if (auto held = hold_for_review(database, row.id); !held) return Failure(held.error());
  }
  if (row.mode == wire::Mode::live && row.commission_currency) {
    const std::string memo = "conversion " + std::string(verb_name(change.verb));
    auto posted = write_transaction(
        database, {row.account, row.mode, *row.commission_currency, transition->postings, row.id, memo});
    if (!posted && is_overdrawn(posted.error())) {
      return taken("insufficient_deposit", "the deposit does not cover the commission");
    }
    if (!posted) return Failure(posted.error());
  }
  ChangeDetails details;
  details.add("from", status_name(row.status))
      .add("to", status_name(transition->to))
      .add("reversed_minor", transition->reversed_minor);
  const std::string action = "conversion." + std::string(verb_name(change.verb));
  auto after = load_conversion(database, row.id, false);
  if (!after) return Failure(after.error());
  auto recorded = record_change(database, caller,
                                {row.account, row.mode, action, row.public_id, details, event::of_step(change.verb),
                                 conversion_payload(**after)});
  if (!recorded) return Failure(recorded.error());
  if (change.verb == ConversionVerb::restore) {
    if (auto reopened = reopen_stripe_renewals(database, row.id); !reopened) return Failure(reopened.error());
  }
  const bool may_earn_again = change.verb == ConversionVerb::restore || row.disputed;
  if (may_earn_again) return reverse_refunded(database, caller, std::move(**after));
  return std::move(**after);
}

Result<ConversionRow> change_conversion(Database& database, const Caller& caller, const ConversionChange& change) {
  return database.transaction<ConversionRow>([&]() -> Result<ConversionRow> {
    auto row = load_conversion(database, caller.scope(), change.public_id, true);
    if (!row) return Failure(row.error());
    if (!*row) return not_found("no conversion " + change.public_id);
    return take_step(database, caller, **row, change);
  });
}

Result<void> hold_conversion(Database& database, const Caller& caller, const ConversionRow& row) {
  if (auto stored = hold_for_review(database, row.id); !stored) return stored;
  return record_change(database, caller, {row.account, row.mode, "conversion.hold", row.public_id});
}

Result<ConversionRow> dispute_conversion(Database& database, const Caller& caller, std::string_view public_id) {
  if (auto allowed = caller.must_cross_accounts(); !allowed) return Failure(allowed.error());
  return database.transaction<ConversionRow>([&]() -> Result<ConversionRow> {
    auto found = load_conversion(database, caller.scope(), public_id, true);
    if (!found) return Failure(found.error());
    if (!*found) return not_found("no conversion " + std::string(public_id));
    ConversionRow& row = **found;
    if (row.disputed) return row;
    if (row.status != ConversionStatus::pending) {
      return conflict("a conversion that is " + std::string(status_name(row.status)) + " cannot be disputed");
    }
    return set_disputed(database, caller, row, true);
  });
}

Result<ConversionRow> end_dispute(Database& database, const Caller& caller, std::string_view public_id) {
  if (auto allowed = caller.must_cross_accounts(); !allowed) return Failure(allowed.error());
  return database.transaction<ConversionRow>([&]() -> Result<ConversionRow> {
    auto row = load_conversion(database, caller.scope(), public_id, true);
    if (!row) return Failure(row.error());
    if (!*row) return not_found("no conversion " + std::string(public_id));
    if (!(*row)->disputed) return conflict("the conversion is not disputed");
    auto ended = set_disputed(database, caller, **row, false);
    if (!ended) return ended;
    return reverse_refunded(database, caller, std::move(*ended));
  });
}

}  // namespace footfall::core
