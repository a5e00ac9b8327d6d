// take_step() is the one place where a conversion changes: decide, store, post to the ledger, record. The API and the
// command line come to it by change_conversion(), the upkeep by keep_up_conversions().
#include "core/actions/change_conversion.h"

#include "core/actions/account_policy.h"
#include "core/actions/checks.h"
#include "core/actions/record_change.h"
#include "core/actions/resolve_conversion.h"
#include "core/domain/event_types.h"
#include "core/domain/money.h"
#include "core/storage/accounts.h"
#include "core/storage/campaigns.h"
#include "core/storage/evidence.h"
#include "core/storage/ledger.h"

namespace footfall::core {
namespace {

// A rejected commission has left the campaign's budget, and others may have used it since.
Result<void> check_budget(Database& database, const ConversionRow& row) {
  if (!row.campaign || !row.commission_currency || row.mode != wire::Mode::live) return {};
  auto campaign = load_campaign(database, row.campaign);
  if (!campaign) return Failure(campaign.error());
  const std::string& currency = campaign->currency ? *campaign->currency : campaign->account_currency;
  if (!campaign->budget_minor || currency != *row.commission_currency) return {};
  auto committed = committed_minor(database, row.campaign, currency);
  if (!committed) return Failure(committed.error());
  const auto total = checked_add(*committed, row.commission_minor - row.reversed_minor);
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
  if (!transition) return Failure(transition.error());
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
    return set_disputed(database, caller, **row, false);
  });
}

Result<ConversionUpkeep> keep_up_conversions(Database& database, std::int64_t now_us, int batch_max) {
  ConversionUpkeep done;
  auto resolved = database.transaction<std::int64_t>([&]() -> Result<std::int64_t> {
    auto waiting = resolvable_conversions(database, batch_max);
    if (!waiting) return Failure(waiting.error());
    std::int64_t count = 0;
    for (const ConversionRow& row : *waiting) {
      auto account = load_account(database, row.account);
      if (!account) return Failure(account.error());
      auto changed = resolve_conversion(database, upkeep_caller(), row, account_policy(*account));
      if (!changed) return Failure(changed.error());
      count += *changed ? 1 : 0;
    }
    return count;
  });
  if (!resolved) return Failure(resolved.error());
  done.resolved = *resolved;

  auto given_up = give_up_unresolved(database, now_us);
  if (!given_up) return Failure(given_up.error());
  done.given_up = *given_up;

  auto approved = database.transaction<std::int64_t>([&]() -> Result<std::int64_t> {
    auto matured = matured_conversions(database, now_us, batch_max);
    if (!matured) return Failure(matured.error());
    const Caller upkeep = upkeep_caller("the hold has passed");
    for (const ConversionRow& row : *matured) {
      ConversionChange change;
      change.public_id = row.public_id;
      change.verb = ConversionVerb::approve;
      auto stepped = take_step(database, upkeep, row, change);
      if (!stepped) return Failure(stepped.error());
    }
    return static_cast<std::int64_t>(matured->size());
  });
  if (!approved) return Failure(approved.error());
  done.approved = *approved;
  return done;
}

}  // namespace footfall::core
