// Evidence is read before the transaction, so that a wait for a click holds no locks; what is read there (a click, a
// code, an enrolment) does not change under a conversion in a way that could be paid twice. The claims and the budget
// are what two reports compete for, and both are settled inside.
#include "core/actions/record_conversion.h"

#include "core/domain/money.h"
#include "core/storage/audit.h"

namespace footfall::core {
namespace {

std::string transaction_scope(const ConversionReport& report, wire::CampaignId campaign) {
  switch (report.policy->duplicate_scope) {
    case DuplicateScope::account: return "txid";
    case DuplicateScope::goal: return "txid:" + report.goal;
    case DuplicateScope::campaign: return "txid:" + std::to_string(campaign.value);
  }
  return "txid";
}

struct Evidence {
  Signals signals;
  std::vector<ClickEvidence> clicks;   // signals.clicks points here
  bool mode_mismatch = false;
  bool click_of_another = false;
  bool needs_click = false;
};

Result<Evidence> gather(Database& database, const ConversionReport& report) {
  Evidence evidence;
  Signals& signals = evidence.signals;
  signals.click_may_still_come = report.click_may_still_come;
  if (report.click) {
    signals.click_given = true;
    auto found = find_click(database, report.account, report.mode, *report.click);
    if (!found) return Failure(found.error());
    if (found->click) {
      evidence.clicks.push_back(*found->click);
    } else if (found->in_other_mode) {
      evidence.mode_mismatch = true;
    } else {
      if (report.must_attribute) {
        auto other = click_of_another(database, report.account, *report.click);
        if (!other) return Failure(other.error());
        evidence.click_of_another = *other;
      }
      evidence.needs_click = !report.click_settled && !report.click_may_still_come && wire::is_uuid_v7(*report.click);
    }
  }
  if (report.promo_code || report.affiliate_code) {
    signals.code_given = true;
    auto found = report.promo_code ? find_promo_code(database, report.account, report.mode, *report.promo_code)
                                   : find_affiliate_code(database, report.account, report.mode, report.campaign,
                                                         *report.affiliate_code);
    if (!found) return Failure(found.error());
    signals.code = found->code;
    if (!found->code && found->in_other_mode) evidence.mode_mismatch = true;
  }
  return evidence;
}

ConversionRow row_of(const ConversionReport& report, const Attribution& attribution) {
  ConversionRow row;
  row.public_id = wire::new_public_id("conv_");
  row.account = report.account;
  row.mode = report.mode;
  row.campaign = attribution.earner.campaign ? attribution.earner.campaign : report.campaign;
  if (report.click) row.click_id = wire::to_uuid(*report.click);
  row.promo_code = report.promo_code;
  row.affiliate_code = report.affiliate_code;
  row.external_id = report.external_id;
  row.goal = report.goal;
  row.customer_id = report.customer_id;
  row.prospect_email = report.prospect_email;
  row.amount_minor = report.amount_minor;
  row.currency = report.currency;
  row.occurred_us = report.occurred_us;
  row.metadata = report.metadata;
  row.request_id = report.request_id;
  row.created_us = report.received_us;
  if (attribution.reason == AttributionReason::click_unresolved) {
    row.unresolved_until_us = report.received_us + report.unresolved_s * 1'000'000;
  }
  return row;
}

// The frozen terms, for the record: what was paid for and how it was rounded.
std::string frozen(const TermsInForce& terms, const Policy& policy, std::int64_t before) {
  const Rate& rate = rate_at(terms.terms, before);
  std::string json = "{\"kind\":";
  json += terms.terms.kind == TermsKind::fixed ? "\"fixed\",\"amount_minor\":" + std::to_string(rate.amount_minor)
                                               : "\"percentage\",\"percent\":\"" + format_percent(rate.percent) + "\"";
  json += ",\"rounding\":\"" + std::string(rounding_name(policy.rounding)) + "\",\"model\":\"" + terms.model + "\"}";
  return json;
}

enum class Pricing : std::uint8_t { priced, amount_required, budget_exceeded };

// Puts attribution, terms and commission into `row`.
Result<Pricing> price(Database& database, const Policy& policy, const Attribution& attribution, ConversionRow& row,
                      const std::optional<TermsInForce>& terms) {
  row.attributed = attribution.attributed;
  row.method = method_name(attribution.method);
  row.reason = reason_name(attribution.reason);
  row.explanation = attribution.explanation;
  row.review = attribution.review;
  if (!attribution.attributed) return Pricing::priced;
  row.campaign = attribution.earner.campaign;
  row.affiliate = attribution.earner.affiliate;
  row.hold_until_us = row.created_us;
  if (!terms) return Pricing::priced;

  row.hold_until_us = row.created_us + terms->hold_s * 1'000'000;
  row.terms_id = terms->id;
  const bool fixed = terms->terms.kind == TermsKind::fixed;
  if (!fixed && !row.amount_minor) return Pricing::amount_required;
  std::int64_t before = 0;
  if (!terms->terms.tiers.empty()) {
    auto counted = conversions_before(database, row.campaign, row.affiliate);
    if (!counted) return Failure(counted.error());
    before = *counted;
  }
  row.commission_minor = commission_of(terms->terms, row.amount_minor.value_or(0), before, policy.rounding);
  // A share is in the sale's currency, a fixed amount in the program's; where it has none, in the sale's (BA-8).
  row.commission_currency = fixed && terms->currency ? terms->currency : row.currency;
  if (!row.commission_currency) row.commission_currency = terms->currency;
  row.terms = frozen(*terms, policy, before);
  if (terms->budget_minor) {
    auto committed = committed_minor(database, row.campaign);
    if (!committed) return Failure(committed.error());
    const auto total = checked_add(*committed, row.commission_minor);
    if (!total || *total > *terms->budget_minor) return Pricing::budget_exceeded;
  }
  return Pricing::priced;
}

// The sale as a decimal of the campaign's currency (AF-7). `booked` when there is nothing to object to.
RecordOutcome read_amount(const ConversionReport& report, const std::optional<TermsInForce>& terms,
                          ConversionRow& row) {
  if (!report.amount_in_campaign_currency) return RecordOutcome::booked;
  const std::string currency = terms && terms->currency ? *terms->currency : report.account_currency;
  if (report.currency && *report.currency != currency) return RecordOutcome::currency_mismatch;
  row.currency = currency;
  if (!report.amount_text) return RecordOutcome::booked;
  auto minor = parse_minor(*report.amount_text, currency_exponent(currency).value_or(2), ExcessDigits::round_half_up);
  if (!minor) return RecordOutcome::amount_invalid;
  if (*minor <= 0) return RecordOutcome::amount_not_positive;
  row.amount_minor = *minor;
  return RecordOutcome::booked;
}

Result<RecordedConversion> already(Database& database, RecordOutcome outcome, const ConversionReport& report,
                         std::string_view scope, std::string_view value) {
  auto id = claimed_by(database, report.account, report.mode, scope, value);
  if (!id) return Failure(id.error());
  if (!*id) return Failure(Error{ErrorKind::unavailable, ErrorSource::postgres, true, "a claim vanished", "40001"});
  auto row = load_conversion(database, **id, false);
  if (!row) return Failure(row.error());
  if (!*row) return internal("a claim points at no conversion");
  return RecordedConversion{outcome, std::move(**row), {}};
}

// Under CPA a customer and a click earn a bounded number of times per goal (AFS-34, AFS-35); the claims' slots count.
Result<std::optional<RecordedConversion>> claim_limits(Database& database, const ConversionReport& report,
                                             const ConversionRow& row, const TermsInForce& terms) {
  if (terms.model != "cpa") return std::nullopt;
  struct Limit {
    std::string_view name;
    std::optional<std::string> value;
    int count;
    RecordOutcome outcome;
  };
  const Limit limits[] = {{"customer", row.customer_id, terms.customer_limit, RecordOutcome::customer_limit},
                          {"click", row.click_id, terms.click_limit, RecordOutcome::click_limit}};
  for (const Limit& limit : limits) {
    if (!limit.value || limit.count == 0) continue;
    const std::string scope = std::string(limit.name) + ":" + std::to_string(row.campaign.value) + ":" + row.goal;
    bool taken = false;
    for (int slot = 0; slot < limit.count && !taken; ++slot) {
      auto claimed = claim(database, report.account, report.mode, scope, *limit.value, slot, row.id);
      if (!claimed) return Failure(claimed.error());
      taken = *claimed;
    }
    if (taken) continue;
    auto earlier = already(database, limit.outcome, report, scope, *limit.value);
    if (!earlier) return Failure(earlier.error());
    return std::optional<RecordedConversion>(std::move(*earlier));
  }
  return std::nullopt;
}

// Leaves the transaction without having written anything: the claims taken so far are given back by its rollback.
struct Refused {
  std::optional<RecordedConversion> recorded;
};
Failure roll_back() { return Failure(Error{ErrorKind::conflict, ErrorSource::us, false, "rolled back", "refused"}); }

Result<RecordedConversion> book(Database& database, const ConversionReport& report, const Attribution& attribution,
                      Refused& refused) {
  const auto refuse = [&](RecordedConversion recorded) -> Result<RecordedConversion> {
    refused.recorded = std::move(recorded);
    return roll_back();
  };
  auto id = next_conversion_id(database);
  if (!id) return Failure(id.error());
  ConversionRow row = row_of(report, attribution);
  row.id = *id;

  if (report.external_id) {
    const std::string scope = transaction_scope(report, row.campaign);
    auto claimed = claim(database, report.account, report.mode, scope, *report.external_id, 0, row.id);
    if (!claimed) return Failure(claimed.error());
    if (!*claimed) return already(database, RecordOutcome::duplicate, report, scope, *report.external_id);
  }
  std::optional<TermsInForce> terms;
  if (attribution.attributed) {
    auto found = terms_in_force(database, attribution.earner.campaign, report.goal);
    if (!found) return Failure(found.error());
    terms = std::move(*found);
  }
  if (const RecordOutcome outcome = read_amount(report, terms, row); outcome != RecordOutcome::booked) {
    return refuse({outcome, row, attribution});
  }
  auto pricing = price(database, *report.policy, attribution, row, terms);
  if (!pricing) return Failure(pricing.error());
  if (*pricing == Pricing::amount_required) return refuse({RecordOutcome::amount_required, row, attribution});
  if (*pricing == Pricing::budget_exceeded) return refuse({RecordOutcome::budget_exceeded, row, attribution});
  if (terms) {
    auto limited = claim_limits(database, report, row, *terms);
    if (!limited) return Failure(limited.error());
    if (*limited) return refuse(std::move(**limited));
  }

  if (report.dry_run) return refuse({RecordOutcome::booked, row, attribution});
  if (auto written = insert_conversion(database, row); !written) return Failure(written.error());
  if (report.mode == wire::Mode::live && row.commission_currency) {
    auto posted = post(database, row.account, row.mode, *row.commission_currency,
                       booking(row.commission_minor, row.affiliate), row.id, "conversion booked");
    if (!posted) return Failure(posted.error());
  }
  auto noted =
      append_audit(database, {row.account, report.actor, "conversion.create", row.public_id, row.reason, "{}"});
  if (!noted) return Failure(noted.error());
  auto stored = load_conversion(database, row.id, false);
  if (!stored) return Failure(stored.error());
  return RecordedConversion{RecordOutcome::booked, std::move(**stored), attribution};
}

}  // namespace

Result<RecordedConversion> record_conversion(Database& database, const ConversionReport& report) {
  FOOTFALL_CHECK(report.policy != nullptr);
  // A repeat is recognised before anything else is judged (SE-13, AF-9), as far as its scope is known by now.
  if (report.external_id && (report.campaign || report.policy->duplicate_scope != DuplicateScope::campaign)) {
    const std::string scope = transaction_scope(report, report.campaign);
    auto known = claimed_by(database, report.account, report.mode, scope, *report.external_id);
    if (!known) return Failure(known.error());
    if (*known) return already(database, RecordOutcome::duplicate, report, scope, *report.external_id);
  }
  if (!report.click && !report.promo_code && !report.affiliate_code)
    return RecordedConversion{RecordOutcome::no_signal, {}, {}};

  auto evidence = gather(database, report);
  if (!evidence) return Failure(evidence.error());
  if (evidence->mode_mismatch) return RecordedConversion{RecordOutcome::mode_mismatch, {}, {}};
  if (evidence->click_of_another) return RecordedConversion{RecordOutcome::click_of_another, {}, {}};
  if (evidence->needs_click) return RecordedConversion{RecordOutcome::needs_click, {}, {}};
  evidence->signals.clicks = evidence->clicks;
  const Attribution attribution = attribute(evidence->signals, report.received_us);
  if (!attribution.attributed && report.must_attribute)
    return RecordedConversion{RecordOutcome::not_attributed, {}, attribution};

  Refused refused;
  auto recorded =
      database.transaction<RecordedConversion>([&] { return book(database, report, attribution, refused); });
  if (!recorded && refused.recorded && recorded.error().code == "refused") return std::move(*refused.recorded);
  return recorded;
}

Result<bool> resolve_conversion(Database& database, const ConversionRow& waiting, const Policy& policy) {
  const auto id = waiting.click_id ? wire::parse_uuid(*waiting.click_id) : std::nullopt;
  if (!id) return false;
  auto found = find_click(database, waiting.account, waiting.mode, *id);
  if (!found) return Failure(found.error());
  if (!found->click) return false;
  const ClickEvidence clicks[] = {*found->click};
  const Attribution attribution = attribute({.click_given = true, .clicks = clicks}, waiting.created_us);

  ConversionRow row = waiting;
  std::optional<TermsInForce> terms;
  if (attribution.attributed) {
    auto in_force = terms_at(database, attribution.earner.campaign, row.goal, row.created_us);
    if (!in_force) return Failure(in_force.error());
    terms = std::move(*in_force);
  }
  auto pricing = price(database, policy, attribution, row, terms);
  if (!pricing) return Failure(pricing.error());
  // It was answered long ago: what can no longer be refused is held for a person to look at.
  if (*pricing != Pricing::priced || (terms && terms->currency && row.currency && policy.campaign_has_code &&
                                      *terms->currency != *row.currency)) {
    row.review = true;
  }
  if (auto stored = store_attribution(database, row); !stored) return Failure(stored.error());
  if (row.mode == wire::Mode::live && row.commission_currency) {
    auto posted = post(database, row.account, row.mode, *row.commission_currency,
                       booking(row.commission_minor, row.affiliate), row.id, "late click resolved");
    if (!posted) return Failure(posted.error());
  }
  auto noted = append_audit(database, {row.account, "upkeep", "conversion.resolve", row.public_id, row.reason, "{}"});
  if (!noted) return Failure(noted.error());
  return true;
}

}  // namespace footfall::core
