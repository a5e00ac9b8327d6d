// price() is arithmetic on what was looked up before; price_by_books() adds the counts that tiers and budgets need,
// which only a transaction that holds the locks may ask for. Both write their result into the row that is booked.
#include "core/actions/pricing.h"

#include "core/domain/money.h"
#include "proto/base/json_text.h"

namespace footfall::core {
namespace {

// The `from` of the tier that rate_at() chooses; 0: none of them.
std::int64_t tier_at(const Terms& terms, std::int64_t before) {
  std::int64_t from = 0;
  for (const Tier& tier : terms.tiers) {
    if (tier.from <= before) from = tier.from;
  }
  return from;
}

// The frozen terms, for the record: what was paid for and how it was rounded, and where there are tiers, which one was
// reached by how many conversions.
std::string frozen(const TermsInForce& terms, const Policy& policy, std::int64_t before) {
  const Rate& rate = rate_at(terms.terms, before);
  std::string json = "{\"kind\":";
  json += terms.terms.kind == TermsKind::fixed ? "\"fixed\",\"amount_minor\":" + std::to_string(rate.amount_minor)
                                               : "\"percentage\",\"percent\":\"" + format_percent(rate.percent) + "\"";
  json += ",\"rounding\":\"" + std::string(rounding_name(policy.rounding)) + "\",\"model\":\"" + terms.model + "\"";
  if (!terms.terms.tiers.empty()) {
    json += ",\"tier\":{\"from\":" + std::to_string(tier_at(terms.terms, before)) +
            ",\"conversions_before\":" + std::to_string(before) + "}";
  }
  return json + "}";
}

// What the decision was based on, for the record (core/storage/judgements.h).
std::optional<std::string> judgement_of(const Attribution& attribution) {
  if (!attribution.window_s && !attribution.unused) return std::nullopt;
  JsonText json;
  if (attribution.window_s) json.integer("window_s", *attribution.window_s);
  if (attribution.precedence) json.text("precedence", *attribution.precedence == Precedence::code ? "code" : "click");
  if (const auto& unused = attribution.unused) {
    JsonText other;
    other.text("signal", method_name(unused->signal)).text("reason", reason_name(unused->reason));
    other.flag("credits", unused->credits);
    if (unused->earner.campaign) other.raw("campaign", std::to_string(unused->earner.campaign.value));
    if (unused->earner.affiliate) other.raw("affiliate", std::to_string(unused->earner.affiliate.value));
    json.raw("other", other.object());
  }
  return json.object();
}

// A fixed amount without a currency is so much of the sale's (BA-8): 5.00 is five yen for a sale in yen. It is stored
// with the decimals of the account's currency.
std::int64_t fixed_in_currency_of_sale(const TermsInForce& terms, const Policy& policy, const ConversionRow& row) {
  const int from = currency_exponent(terms.budget_currency).value_or(2);
  const int to = currency_exponent(*row.currency).value_or(2);
  return rescale_minor(row.commission_minor, from, to, policy.rounding).value_or(row.commission_minor);
}

void earn_nothing(ConversionRow& row, const std::string& why) {
  row.commission_minor = 0;
  if (row.terms) row.terms->insert(row.terms->size() - 1, "," + JsonText().text("unpaid", why).members());
  row.from_deposit = false;
  row.explanation += (row.explanation.empty() ? "" : " ") + why;
}

}  // namespace

ConversionRow row_of(const PendingConversion& pending) {
  const ConversionReport& report = *pending.report;
  const Attribution& attribution = pending.attribution;
  ConversionRow row;
  row.public_id = wire::new_public_id("conv_");
  row.account = pending.account();
  row.mode = pending.mode();
  row.campaign = attribution.earner.campaign ? attribution.earner.campaign : pending.named_campaign();
  if (report.click) row.click_id = wire::to_uuid(*report.click);
  row.promo_code = report.promo_code;
  row.affiliate_code = report.affiliate_code;
  row.external_id = report.external_id;
  row.goal = report.goal;
  row.customer_id = report.customer_id;
  row.prospect_email = report.prospect_email;
  if (!pending.buyer.empty()) row.buyer = pending.buyer;
  row.amount_minor = report.amount_minor;
  row.currency = report.currency;
  row.occurred_us = report.occurred_us;
  row.metadata = report.metadata;
  row.request_id = report.request_id;
  row.created_us = report.received_us;
  if (attribution.reason == AttributionReason::click_unresolved) {
    row.unresolved_until_us = report.received_us + report.unresolved_s * 1'000'000;
    if (report.campaign) row.hold_until_us = report.received_us + report.campaign->hold_s * 1'000'000;
  }
  return row;
}

RecordOutcome read_amount(const PendingConversion& pending, ConversionRow& row) {
  const ConversionReport& report = *pending.report;
  const std::optional<TermsInForce>& terms = pending.terms;
  if (!pending.policy().amount_in_campaign_currency) return RecordOutcome::booked;
  const CampaignRow* const named = report.campaign;  // decides where the click, and with it the terms, may still come
  const std::string currency = terms && terms->currency   ? *terms->currency
                               : named && named->currency ? *named->currency
                                                          : pending.caller->account.currency;
  if (report.currency && *report.currency != currency) return RecordOutcome::currency_mismatch;
  row.currency = currency;
  if (!report.amount_text) return RecordOutcome::booked;
  auto minor = parse_minor(*report.amount_text, currency_exponent(currency).value_or(2), ExcessDigits::round_half_up);
  if (!minor || *minor > kSaleMinorMax) return RecordOutcome::amount_invalid;
  if (*minor <= 0) return RecordOutcome::amount_not_positive;
  row.amount_minor = *minor;
  return RecordOutcome::booked;
}

bool price(const Policy& policy, const Attribution& attribution, const std::optional<TermsInForce>& terms,
           std::int64_t before, ConversionRow& row) {
  row.attributed = attribution.attributed;
  row.method = method_name(attribution.method);
  row.reason = reason_name(attribution.reason);
  row.explanation = attribution.explanation;
  row.review = attribution.review;
  row.judgement = judgement_of(attribution);
  if (!attribution.attributed) return true;
  row.campaign = attribution.earner.campaign;
  row.affiliate = attribution.earner.affiliate;
  row.hold_until_us = row.created_us;
  if (!terms) return true;

  row.hold_until_us = row.created_us + terms->hold_s * 1'000'000;
  row.terms_id = terms->id;
  const bool fixed = terms->terms.kind == TermsKind::fixed;
  if (!fixed && !row.amount_minor) return false;
  row.commission_minor = commission_of(terms->terms, row.amount_minor.value_or(0), before, policy.rounding);
  if (fixed && !terms->currency && row.currency) row.commission_minor = fixed_in_currency_of_sale(*terms, policy, row);
  // A share is in the sale's currency, a fixed amount in the program's; where it has none, in the sale's (BA-8).
  row.commission_currency = fixed && terms->currency ? terms->currency : row.currency;
  if (!row.commission_currency) row.commission_currency = terms->currency;
  row.from_deposit = policy.needs_deposit && row.mode == wire::Mode::live && row.affiliate &&
                     row.commission_minor > 0 && row.commission_currency;
  row.terms = frozen(*terms, policy, before);
  return true;
}

Result<Pricing> price_by_books(BookedCounts& counts, const Policy& policy, const Attribution& attribution,
                               const std::optional<TermsInForce>& terms, ConversionRow& row) {
  std::int64_t before = 0;
  if (attribution.attributed && terms && !terms->terms.tiers.empty()) {
    auto counted = counts.conversions_before(attribution.earner.campaign, attribution.earner.affiliate);
    if (!counted) return Failure(counted.error());
    before = *counted;
  }
  if (!price(policy, attribution, terms, before, row)) return Pricing::amount_required;
  const bool limited = attribution.attributed && terms && terms->budget_minor && row.commission_minor > 0;
  if (!limited) return Pricing::priced;
  const std::string currency = row.commission_currency.value_or(terms->budget_currency);
  if (currency != terms->budget_currency) {
    earn_nothing(row, "The program's budget is in " + terms->budget_currency + " and pays no commission in " +
                          currency + ", so the sale earns none.");
    return Pricing::priced;
  }
  auto committed = counts.committed_minor(row.campaign, currency);
  if (!committed) return Failure(committed.error());
  const auto total = checked_add(*committed, row.commission_minor);
  if (total && *total <= *terms->budget_minor) return Pricing::priced;
  if (policy.budget_refuses) return Pricing::budget_exceeded;
  refuse_commission(row);
  return Pricing::priced;
}

void refuse_commission(ConversionRow& row) {
  earn_nothing(row, "The program's budget is used up, so the sale earns no commission.");
}

}  // namespace footfall::core
