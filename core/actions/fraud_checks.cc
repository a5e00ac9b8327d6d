// Storage is asked once for all conversions of a round. Of what is in the round itself it knows nothing yet: that is
// added here, so that simultaneous reports do not slip past each other.
#include "core/actions/fraud_checks.h"

#include "core/actions/record_change.h"
#include "core/storage/fraud_evidence.h"

namespace footfall::core {
namespace {

FraudQuery query_of(const PendingConversion& pending) {
  const ConversionReport& report = *pending.report;
  FraudQuery query;
  query.campaign = pending.attribution.earner.campaign;
  query.affiliate = pending.attribution.earner.affiliate;
  query.rules = pending.terms->fraud;
  if (report.click) query.click_id = wire::to_uuid(*report.click);
  query.click_address = pending.click_address;
  query.mailbox = mailbox_of(report.prospect_email.value_or(""));
  query.goal = pending.goal_name();
  query.amount_minor = report.amount_minor;
  query.currency = report.currency;
  query.reported_us = report.received_us;
  return query;
}

bool is_same_purchase(const FraudQuery& a, const FraudQuery& b) {
  return a.campaign == b.campaign && a.goal == b.goal && a.amount_minor == b.amount_minor && a.currency == b.currency;
}

// What the earlier reports of the round add to the evidence of the last one of `queries`.
void add_round(std::span<const FraudQuery> queries, std::span<PendingConversion* const> owners,
               FraudEvidence& evidence) {
  const FraudQuery& last = queries.back();
  for (std::size_t i = 0; i + 1 < queries.size(); ++i) {
    const FraudQuery& earlier = queries[i];
    if (earlier.campaign == last.campaign && earlier.affiliate == last.affiliate) ++evidence.recent;
    const auto& transaction = owners[i]->report->external_id;
    if (!is_same_purchase(earlier, last) || !transaction ||
        transaction == owners[queries.size() - 1]->report->external_id)
      continue;
    if (last.click_id && earlier.click_id == last.click_id) evidence.same_click = *transaction;
    if (!last.mailbox.empty() && earlier.mailbox == last.mailbox) evidence.same_buyer = *transaction;
  }
}

}  // namespace

Result<void> check_for_fraud(Database& database, std::span<PendingConversion> pending) {
  std::vector<FraudQuery> queries;
  std::vector<PendingConversion*> owners;  // in the order of the queries
  for (PendingConversion& one : pending) {
    const bool is_checked = !one.outcome && !one.report->dry_run && one.attribution.attributed &&
                            one.attribution.earner.affiliate && one.terms && one.terms->fraud.any();
    if (!is_checked) continue;
    queries.push_back(query_of(one));
    owners.push_back(&one);
  }
  auto found = find_fraud_evidence(database, queries);
  if (!found) return Failure(found.error());
  for (std::size_t i = 0; i < queries.size(); ++i) {
    PendingConversion& one = *owners[i];
    FraudEvidence& evidence = (*found)[i];
    add_round(std::span(queries).first(i + 1), owners, evidence);
    one.buyer = evidence.buyer_hash;
    one.findings =
        judge_fraud(queries[i].rules, evidence, one.report->prospect_email.value_or(""), queries[i].click_address);
    if (!one.findings.empty()) one.attribution.review = true;
  }
  return {};
}

Result<void> check_late_conversion(Database& database, Caller caller, ConversionRow& row, const FraudRules& rules,
                                   std::string_view click_address) {
  if (!rules.any() || !row.affiliate) return {};
  const std::string email = row.prospect_email.value_or("");
  const FraudQuery query{.campaign = row.campaign,
                         .affiliate = row.affiliate,
                         .conversion = row.id,
                         .rules = rules,
                         .click_id = row.click_id,
                         .click_address = std::string(click_address),
                         .mailbox = mailbox_of(email),
                         .goal = row.goal,
                         .amount_minor = row.amount_minor,
                         .currency = row.currency,
                         .reported_us = row.created_us};
  auto found = find_fraud_evidence(database, {&query, 1});
  if (!found) return Failure(found.error());
  if (!found->front().buyer_hash.empty()) row.buyer = found->front().buyer_hash;
  const auto findings = judge_fraud(rules, found->front(), email, click_address);
  if (findings.empty()) return {};
  row.review = true;
  caller.reason = findings_text(findings);
  Change hold{row.account, row.mode, "conversion.hold", row.public_id};
  hold.details.add_json("rules", findings_json(findings));
  return record_change(database, caller, hold);
}

}  // namespace footfall::core
