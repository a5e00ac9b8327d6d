// One function per dialect fills in its policy; policy_of() keeps the four results. Overrides change single values by
// name, and only those that an operator may change have one.
#include "core/domain/policy.h"

#include <array>

namespace footfall::core {
namespace {

constexpr std::int64_t kDay_s = 86'400;

constexpr LimitZone kBacliqueSecret[] = {{"api", 100}};        // BAC-11
constexpr LimitZone kSelgeoPublic[] = {{"clicks", 1000}};      // SEL-14
constexpr LimitZone kSelgeoSecret[] = {{"conversions", 120}};  // SEL-15
constexpr LimitZone kAffspaceSecret[] = {
    {"conversions", 1000}, {"read", 100}, {"stats", 20}, {"write", 30}};  // AFS-13..16
constexpr LimitZone kAffilySecret[] = {{"api", 1000}};                    // AFY-03

Policy baclique() {
  Policy policy;
  policy.dialect = wire::Dialect::baclique;
  policy.rounding = Rounding::truncate;
  policy.duplicate_scope = DuplicateScope::campaign;
  policy.attribution_window_s = 30 * kDay_s;  // BACX-09
  policy.hold_s = 7 * kDay_s;                 // BACX-10
  policy.join_review = false;                 // BAC-54
  policy.campaign_has_currency = false;
  policy.report_names_campaign = true;
  policy.budget_refuses = true;
  policy.campaign_prefix = "cmp_";
  policy.currency = "EUR";
  policy.secret_zones = kBacliqueSecret;
  return policy;
}

Policy selgeo() {
  Policy policy;
  policy.dialect = wire::Dialect::selgeo;
  policy.attribution_window_s = 30 * kDay_s;  // SE-10
  policy.hold_s = 30 * kDay_s;                // SELX-17
  policy.fraud = kFraudRules;                 // SE-65
  policy.campaign_prefix = "prg_";
  policy.currency = "EUR";
  policy.public_zones = kSelgeoPublic;
  policy.secret_zones = kSelgeoSecret;
  return policy;
}

Policy affspace() {
  Policy policy;
  policy.dialect = wire::Dialect::affspace;
  policy.duplicate_scope = DuplicateScope::goal;
  policy.hold_s = 30 * kDay_s;
  policy.customer_limit = 1;
  policy.click_limit = 1;
  policy.model_decides_kind = true;
  policy.campaign_has_code = true;
  policy.amount_in_campaign_currency = true;
  policy.budget_refuses = true;
  policy.campaign_prefix = "off_";
  policy.currency = "USD";
  policy.secret_zones = kAffspaceSecret;
  return policy;
}

Policy affily() {
  Policy policy;
  policy.dialect = wire::Dialect::affily;
  policy.attribution_window_s = 30 * kDay_s;
  policy.hold_s = 30 * kDay_s;
  policy.amount_in_campaign_currency = true;
  policy.budget_refuses = true;
  policy.needs_deposit = true;
  policy.campaign_prefix = "off_";
  policy.currency = "PLN";
  policy.secret_zones = kAffilySecret;
  return policy;
}

}  // namespace

const Policy& policy_of(wire::Dialect dialect) {
  static const std::array<Policy, 4> policies = {baclique(), selgeo(), affspace(), affily()};
  FOOTFALL_CHECK(dialect != wire::Dialect::none);
  const Policy& policy = policies.at(static_cast<std::size_t>(dialect) - 1);
  FOOTFALL_CHECK(policy.dialect == dialect);
  return policy;
}

Result<void> override_policy(Policy& policy, std::string_view name, std::string_view value) {
  if (name == "rounding") {
    for (auto rounding : {Rounding::truncate, Rounding::half_up}) {
      if (rounding_name(rounding) == value) {
        policy.rounding = rounding;
        return {};
      }
    }
    return invalid("rounding is \"truncate\" or \"half_up\"");
  }
  if (name == "duplicate_scope") {
    for (auto scope : {DuplicateScope::campaign, DuplicateScope::account, DuplicateScope::goal}) {
      if (duplicate_scope_name(scope) == value) {
        policy.duplicate_scope = scope;
        return {};
      }
    }
    return invalid("duplicate_scope is \"campaign\", \"account\" or \"goal\"");
  }
  if (name == "deposit") {
    if (value != "required" && value != "none") return invalid("deposit is \"required\" or \"none\"");
    policy.needs_deposit = value == "required";
    return {};
  }
  if (name == "gpc") {
    if (value != "ignore" && value != "minimal") return invalid("gpc is \"ignore\" or \"minimal\"");
    policy.gpc = value == "minimal" ? PrivacySignals::minimal : PrivacySignals::ignore;
    return {};
  }
  return invalid("\"" + std::string(name) +
                 "\" is not a policy value; there are rounding, duplicate_scope, deposit and gpc");
}

std::string_view rounding_name(Rounding rounding) { return rounding == Rounding::truncate ? "truncate" : "half_up"; }

std::string_view duplicate_scope_name(DuplicateScope scope) {
  switch (scope) {
    case DuplicateScope::campaign:
      return "campaign";
    case DuplicateScope::account:
      return "account";
    case DuplicateScope::goal:
      return "goal";
  }
  return "";
}

}  // namespace footfall::core
