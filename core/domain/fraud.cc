// Each rule is a function that adds its finding, so that a conversion says everything that speaks against it.
#include "core/domain/fraud.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "core/domain/identifiers.h"
#include "proto/base/json_text.h"

namespace footfall::core {
namespace {

// In network order; empty: no address.
std::string address_bytes(const std::string& text) {
  std::array<char, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return {bytes.data(), 4};
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return {bytes.data(), 16};
  return {};
}

bool has_mailbox(const std::vector<std::string>& emails, const std::string& mailbox) {
  return std::ranges::any_of(emails, [&](const std::string& email) { return mailbox_of(email) == mailbox; });
}

void judge_self_referral(const FraudEvidence& evidence, std::string_view prospect_email, std::string_view click_address,
                         std::vector<FraudFinding>& findings) {
  const std::string buyer = mailbox_of(prospect_email);
  if (!buyer.empty() && has_mailbox(evidence.affiliate_emails, buyer)) {
    findings.push_back({.rule = "self_referral_email", .value = evidence.buyer_hash});
  }
  if (std::ranges::any_of(evidence.affiliate_addresses,
                          [&](const std::string& known) { return is_same_network(click_address, known); })) {
    findings.push_back({.rule = "self_referral_address", .value = evidence.network_hash});
  }
  if (!evidence.affiliate_visitor_hash.empty()) {
    findings.push_back({.rule = "self_referral_visitor", .value = evidence.affiliate_visitor_hash});
  }
}

void judge_duplicate(const FraudRules& rules, const FraudEvidence& evidence, std::vector<FraudFinding>& findings) {
  const bool by_click = !evidence.same_click.empty();
  if (!by_click && evidence.same_buyer.empty()) return;
  findings.push_back({.rule = "duplicate_purchase",
                      .value = by_click ? evidence.same_click : evidence.same_buyer,
                      .by = by_click ? "click_id" : "prospect_email",
                      .window_s = rules.duplicate_s});
}

}  // namespace

std::string mailbox_of(std::string_view email) {
  const std::string folded = fold_identifier(email);
  const std::size_t at = folded.rfind('@');
  if (at == std::string::npos) return "";
  std::string local = folded.substr(0, at);
  std::string domain = folded.substr(at + 1);
  local.resize(std::min(local.find('+'), local.size()));
  if (domain == "googlemail.com") domain = "gmail.com";
  if (domain == "gmail.com") std::erase(local, '.');
  return local.empty() || domain.empty() ? "" : local + "@" + domain;
}

bool is_same_network(std::string_view kept, std::string_view known) {
  const std::string other = address_bytes(std::string(known));
  if (kept.empty() || other.size() != kept.size()) return false;
  const bool is_ipv4 = kept.size() == 4;
  std::size_t compared = is_ipv4 ? 3 : 6;
  const std::string_view rest = kept.substr(compared);
  if (rest.find_first_not_of('\0') != std::string_view::npos) compared = is_ipv4 ? 4 : 8;
  return kept.substr(0, compared) == std::string_view(other).substr(0, compared);
}

std::vector<FraudFinding> judge_fraud(const FraudRules& rules, const FraudEvidence& evidence,
                                      std::string_view prospect_email, std::string_view click_address) {
  std::vector<FraudFinding> findings;
  if (rules.self_referral) judge_self_referral(evidence, prospect_email, click_address, findings);
  if (rules.duplicate_s > 0) judge_duplicate(rules, evidence, findings);
  if (rules.velocity_count > 0 && evidence.recent >= rules.velocity_count) {
    findings.push_back({.rule = "velocity", .threshold = rules.velocity_count, .window_s = rules.velocity_s});
  }
  return findings;
}

std::string findings_json(const std::vector<FraudFinding>& findings) {
  std::string rules;
  for (const FraudFinding& one : findings) {
    JsonText finding;
    finding.text("rule", one.rule);
    if (!one.by.empty()) finding.text("by", one.by);
    if (!one.value.empty()) finding.text(one.by.empty() ? "hash" : "repeats", one.value);
    if (one.threshold > 0) finding.integer("threshold", one.threshold);
    if (one.window_s > 0) finding.integer("window_seconds", one.window_s);
    rules += (rules.empty() ? "" : ",") + finding.object();
  }
  return "[" + rules + "]";
}

std::string findings_text(const std::vector<FraudFinding>& findings) {
  std::string text;
  for (const FraudFinding& one : findings) text += (text.empty() ? "fraud rules: " : ", ") + std::string(one.rule);
  return text;
}

}  // namespace footfall::core
