// Storage is asked once for all conversions of a round. Of what is in the round itself it knows nothing yet: that is
// added here. What other rounds, other threads and other processes book at the same time waits at the lock, or is
// waited for, so that simultaneous reports do not slip past each other.
#include "core/actions/fraud_checks.h"

#include <set>

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
  query.click_visitor = pending.click_visitor;
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
  const auto& own = owners[queries.size() - 1]->report->external_id;
  std::set<std::string> counted;  // a transaction counts once, however often it is reported
  if (own) counted.insert(*own);
  for (std::size_t i = 0; i + 1 < queries.size(); ++i) {
    const FraudQuery& earlier = queries[i];
    const auto& transaction = owners[i]->report->external_id;
    const bool is_of_same_affiliate = earlier.campaign == last.campaign && earlier.affiliate == last.affiliate;
    if (is_of_same_affiliate && (!transaction || counted.insert(*transaction).second)) ++evidence.recent;
    if (!is_same_purchase(earlier, last) || !transaction || transaction == own) continue;
    if (last.click_id && earlier.click_id == last.click_id) evidence.same_click = *transaction;
    if (!last.mailbox.empty() && earlier.mailbox == last.mailbox) evidence.same_buyer = *transaction;
  }
}

}  // namespace

// A renewal is no purchase of its own: it is credited, and held, as the sale is that it follows.
bool is_judged_for_fraud(const PendingConversion& pending) {
  return !pending.outcome && !pending.report->dry_run && !pending.report->follows && pending.attribution.attributed &&
         pending.attribution.earner.affiliate && pending.terms && pending.terms->fraud.any();
}

Result<void> check_for_fraud(Database& database, std::span<PendingConversion* const> pending) {
  std::vector<FraudQuery> queries;
  std::vector<PendingConversion*> owners;  // in the order of the queries
  for (PendingConversion* const one : pending) {
    if (!is_judged_for_fraud(*one)) continue;
    queries.push_back(query_of(*one));
    owners.push_back(one);
  }
  if (queries.empty()) return {};
  FOOTFALL_CHECK(database.in_transaction());
  if (auto locked = lock_fraud_evidence(database, queries); !locked) return locked;
  auto found = find_fraud_evidence(database, queries);
  if (!found) return Failure(found.error());
  for (std::size_t i = 0; i < queries.size(); ++i) {
    PendingConversion& one = *owners[i];
    FraudEvidence& evidence = (*found)[i];
    add_round(std::span(queries).first(i + 1), owners, evidence);
    one.buyer = evidence.buyer_hash;
    one.findings =
        judge_fraud(queries[i].rules, evidence, one.report->prospect_email.value_or(""), queries[i].click_address);
  }
  return {};
}

Result<void> check_late_conversion(Database& database, Caller caller, ConversionRow& row, const FraudRules& rules,
                                   const ClickLookup& click) {
  if (!rules.any() || !row.affiliate) return {};
  const std::string email = row.prospect_email.value_or("");
  const FraudQuery query{.campaign = row.campaign,
                         .affiliate = row.affiliate,
                         .conversion = row.id,
                         .rules = rules,
                         .click_id = row.click_id,
                         .click_address = click.address,
                         .click_visitor = click.visitor,
                         .mailbox = mailbox_of(email),
                         .goal = row.goal,
                         .amount_minor = row.amount_minor,
                         .currency = row.currency,
                         .reported_us = row.created_us};
  if (auto locked = lock_fraud_evidence(database, {&query, 1}); !locked) return locked;
  auto found = find_fraud_evidence(database, {&query, 1});
  if (!found) return Failure(found.error());
  if (!found->front().buyer_hash.empty()) row.buyer = found->front().buyer_hash;
  const auto findings = judge_fraud(rules, found->front(), email, click.address);
  if (findings.empty()) return {};
  row.review = true;
  caller.reason = findings_text(findings);
  Change hold{row.account, row.mode, "conversion.hold", row.public_id};
  hold.details.add_json("rules", findings_json(findings));
  return record_change(database, caller, hold);
}

}  // namespace footfall::core
