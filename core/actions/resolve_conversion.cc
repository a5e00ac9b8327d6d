#include "core/actions/resolve_conversion.h"

#include "core/actions/fraud_checks.h"
#include "core/actions/pricing.h"
#include "core/actions/record_change.h"
#include "core/actions/stripe_refunds.h"
#include "core/domain/event_types.h"
#include "core/storage/ledger.h"
#include "core/storage/rejudgements.h"
#include "core/storage/stripe_sales.h"

namespace footfall::core {
namespace {

// The sale was accepted without a commission to cover, so a deposit that is too small cannot refuse it any more: the
// merchant owes the commission beyond the deposit, and a person has to look at it.
Result<void> cover_by_deposit(Database& database, ConversionRow& row) {
  if (!row.from_deposit) return {};
  auto balance = deposit_balance(database, row.account, row.mode, *row.commission_currency, true);
  if (!balance) return Failure(balance.error());
  if (balance->available_minor >= row.commission_minor) return {};
  row.from_deposit = false;
  row.review = true;
  row.explanation += " The deposit does not cover the commission.";
  return {};
}

}  // namespace

Result<bool> resolve_conversion(Database& database, Caller caller, const ConversionRow& unresolved,
                                const Policy& policy) {
  const auto id = unresolved.click_id ? wire::parse_uuid(*unresolved.click_id) : std::nullopt;
  if (!id) return false;
  if (auto kept = keep_rejudging_out(database); !kept) return Failure(kept.error());  // the verdict stays as it is read
  auto found = find_click(database, {unresolved.account, unresolved.mode, *id});
  if (!found) return Failure(found.error());
  if (!found->click) return false;
  const ClickEvidence clicks[] = {*found->click};
  const wire::CampaignId named = policy.report_names_campaign ? unresolved.campaign : wire::CampaignId{};
  const Attribution attribution = attribute({.click_given = true, .clicks = clicks, .campaign = named},
                                            unresolved.occurred_us.value_or(unresolved.created_us));

  ConversionRow row = unresolved;
  std::optional<TermsInForce> terms;
  if (attribution.attributed) {
    auto in_force = terms_at(database, attribution.earner.campaign, row.goal, row.created_us);
    if (!in_force) return Failure(in_force.error());
    terms = std::move(*in_force);
  }
  if (terms && (!terms->terms.tiers.empty() || terms->budget_minor)) {
    if (auto locked = lock_campaigns(database, {attribution.earner.campaign}); !locked) return Failure(locked.error());
  }
  BookedCounts counts(database);
  auto pricing = price_by_books(counts, policy, attribution, terms, row);
  if (!pricing) return Failure(pricing.error());
  if (*pricing == Pricing::budget_exceeded) refuse_commission(row);
  // The report was answered long ago and can no longer be refused, so a person has to look at it.
  if (*pricing != Pricing::priced || (terms && terms->currency && row.currency && policy.amount_in_campaign_currency &&
                                      *terms->currency != *row.currency)) {
    row.review = true;
  }
  if (terms) {
    auto checked = check_late_conversion(database, caller, row, terms->fraud, *found);
    if (!checked) return Failure(checked.error());
  }
  // Whoever approved it did so before it had a click, a commission and a finding.
  if (row.review && row.status == ConversionStatus::approved) {
    if (auto reopened = take_approval_back(database, row.id); !reopened) return Failure(reopened.error());
    row.status = ConversionStatus::pending;
  }
  if (auto covered = cover_by_deposit(database, row); !covered) return Failure(covered.error());
  if (auto stored = store_attribution(database, row); !stored) return Failure(stored.error());
  if (row.mode == wire::Mode::live && row.commission_currency) {
    auto postings = postings_of_late_commission({row.affiliate, row.from_deposit}, row.status, row.commission_minor);
    auto posted = write_transaction(database, {row.account, row.mode, *row.commission_currency, std::move(postings),
                                               row.id, "late click resolved"});
    if (!posted) return Failure(posted.error());
  }
  if (caller.reason.empty()) caller.reason = row.reason;
  if (row.attributed) {
    if (auto reopened = reopen_stripe_renewals(database, row.id); !reopened) return Failure(reopened.error());
  }
  auto stored_row = load_conversion(database, row.id, false);
  if (!stored_row) return Failure(stored_row.error());
  // A click that credits nobody is nothing that others are told of.
  Change change{row.account, row.mode, "conversion.resolve", row.public_id};
  if ((*stored_row)->attributed) {
    change.event = event::kConversionAttributed;
    change.payload = conversion_payload(**stored_row);
  }
  if (auto recorded = record_change(database, caller, change); !recorded) return Failure(recorded.error());
  auto reversed = reverse_refunded(database, caller, std::move(**stored_row));
  if (!reversed) return Failure(reversed.error());
  return true;
}

}  // namespace footfall::core
