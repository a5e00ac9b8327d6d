// Each group of fields (URLs, money, durations, choices) has a function that checks what was given and leaves the rest
// of the row alone. Terms are computed, not changed: new_terms() returns those that have to be put into force.
#include "core/actions/campaign_fields.h"

#include <algorithm>

#include "core/actions/checks.h"
#include "core/domain/allowed_hosts.h"
#include "core/domain/identifiers.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kDurationMax_s = 10LL * 365 * 86'400;
constexpr std::int64_t kLimitMax = 1'000'000;

Result<void> apply_urls(CampaignRow& row, const CampaignFields& fields) {
  if (fields.target_url) {
    auto url = check_url("the target", *fields.target_url);
    if (!url) return about("target_url", url.error());
    row.target_url = *url;
  }
  if (fields.fallback_url) {
    row.fallback_url.reset();
    if (!fields.fallback_url->empty()) {
      auto url = check_url("the fallback", *fields.fallback_url);
      if (!url) return about("fallback_url", url.error());
      row.fallback_url = *url;
    }
  }
  if (fields.click_parameter) {
    row.click_parameter.reset();
    if (!fields.click_parameter->empty()) {
      auto good = check_parameter_name(*fields.click_parameter);
      if (!good) return about("click_parameter", good.error());
      row.click_parameter = *fields.click_parameter;
    }
  }
  if (fields.deep_link_hosts) {
    auto hosts = parse_allowed_hosts(*fields.deep_link_hosts);
    if (!hosts) return about("deep_link_hosts", hosts.error());
    row.deep_link_hosts = *hosts;
  }
  return {};
}

Result<void> apply_money(CampaignRow& row, const CampaignFields& fields, const Policy& policy, int account_exponent) {
  if (fields.currency) {
    row.currency.reset();
    if (!fields.currency->empty()) {
      auto currency = parse_currency(*fields.currency);
      if (!currency) return about("currency", currency.error());
      row.currency = *currency;
    } else if (policy.campaign_has_currency) {
      return about("currency", "a campaign of this dialect needs a currency");
    }
  }
  if (fields.budget) {
    row.budget_minor.reset();
    if (!fields.budget->empty()) {
      auto budget = parse_minor(*fields.budget, row.currency ? *currency_exponent(*row.currency) : account_exponent);
      if (!budget) return about("budget", "the budget: " + budget.error().message);
      if (*budget < 0) return about("budget", "a budget cannot be negative");
      row.budget_minor = *budget;
    }
  }
  return {};
}

Result<void> apply_durations(CampaignRow& row, const CampaignFields& fields) {
  if (fields.attribution_window_s) {
    if (*fields.attribution_window_s) {
      auto good = check_range("the attribution window in seconds", **fields.attribution_window_s, 1, kDurationMax_s);
      if (!good) return about("attribution_window", good.error());
    }
    row.attribution_window_s = *fields.attribution_window_s;
  }
  if (fields.hold_s) {
    auto good = check_range("the hold in seconds", *fields.hold_s, 0, kDurationMax_s);
    if (!good) return about("hold", good.error());
    row.hold_s = *fields.hold_s;
  }
  if (fields.expires_us) row.expires_us = *fields.expires_us;
  return {};
}

Result<void> apply_choices(CampaignRow& row, const CampaignFields& fields) {
  struct Choice {
    std::string_view name;
    const std::optional<std::string>& wanted;
    std::string& field;
    std::initializer_list<std::string_view> allowed;
  };
  const Choice choices[] = {
      {"status", fields.status, row.status, {"draft", "active", "paused", "archived", "deleted"}},
      {"model", fields.model, row.model, {"cpa", "cps", "revshare"}},
      {"visibility", fields.visibility, row.visibility, {"public", "private"}},
      {"precedence", fields.precedence, row.precedence, {"click", "code"}},
  };
  for (const auto& choice : choices) {
    if (!choice.wanted) continue;
    auto chosen = parse_choice("the " + std::string(choice.name), *choice.wanted, choice.allowed);
    if (!chosen) return about(choice.name, chosen.error());
    choice.field = *chosen;
  }
  return {};
}

Result<void> apply_fraud_rules(CampaignRow& row, const CampaignFields& fields) {
  struct Number {
    std::string_view what;
    const std::optional<std::int64_t>& wanted;
    std::int64_t& field;
    std::int64_t min, max;
  };
  const Number numbers[] = {
      {"the window of duplicate purchases in seconds", fields.duplicate_s, row.fraud.duplicate_s, 0, kFraudWindowMax_s},
      {"the velocity's count", fields.velocity_count, row.fraud.velocity_count, 0, kVelocityCountMax},
      {"the velocity's window in seconds", fields.velocity_s, row.fraud.velocity_s, 1, kFraudWindowMax_s},
  };
  for (const Number& one : numbers) {
    if (!one.wanted) continue;
    auto good = check_range(one.what, *one.wanted, one.min, one.max);
    if (!good) return about("fraud_rules", good.error());
    one.field = *one.wanted;
  }
  if (fields.self_referral) row.fraud.self_referral = *fields.self_referral;
  return {};
}

Result<Terms> changed_terms(const Terms* present, const CommissionFields& change, int exponent) {
  Terms terms;
  if (present) terms = *present;
  terms.goal = tidy_identifier(change.goal);
  if (change.rate) {
    auto rate = parse_commission(*change.rate, exponent);
    if (!rate) return rate;
    if (rate->kind != terms.kind) terms.tiers.clear();
    terms.kind = rate->kind;
    terms.rate = rate->rate;
  } else if (!present) {
    return invalid("the goal \"" + change.goal + "\" has no commission yet; name its rate, too");
  }
  if (change.tiers) {
    terms.tiers.clear();
    for (const auto& [from, text] : *change.tiers) {
      auto rate = parse_commission(text, exponent);
      if (!rate) return rate;
      if (rate->kind != terms.kind) return invalid("tiers are of the same kind as their commission: all % or none");
      terms.tiers.push_back(Tier{from, rate->rate});
    }
    std::sort(terms.tiers.begin(), terms.tiers.end(), [](const Tier& a, const Tier& b) { return a.from < b.from; });
  }
  if (auto good = check_terms(terms); !good) return Failure(good.error());
  return terms;
}

}  // namespace

std::string_view commission_of(std::string_view goal) { return goal.empty() ? "commission" : "goal_commission"; }

Result<void> apply_fields(CampaignRow& row, const CampaignFields& fields, const Policy& policy, int account_exponent) {
  if (fields.name) {
    if (auto good = check_name("the name", *fields.name); !good) return about("name", good.error());
    row.name = *fields.name;
  }
  if (auto applied = apply_urls(row, fields); !applied) return applied;
  if (auto applied = apply_money(row, fields, policy, account_exponent); !applied) return applied;
  if (auto applied = apply_durations(row, fields); !applied) return applied;
  if (auto applied = apply_choices(row, fields); !applied) return applied;
  if (fields.auto_approve) row.auto_approve = *fields.auto_approve;
  if (fields.join_review) row.join_review = *fields.join_review;
  for (const auto& [wanted, field] :
       {std::pair{&fields.customer_limit, &row.customer_limit}, std::pair{&fields.click_limit, &row.click_limit}}) {
    if (!*wanted) continue;
    if (auto good = check_range("a limit of conversions", **wanted, 0, kLimitMax); !good) return good;
    *field = **wanted;
  }
  return apply_fraud_rules(row, fields);
}

Result<std::vector<Terms>> new_terms(const std::vector<Terms>& in_force, const std::vector<CommissionFields>& changes,
                                     int exponent) {
  std::vector<Terms> all;
  for (const auto& change : changes) {
    if (change.end) continue;
    const auto same_goal = [&](const Terms& terms) { return is_same_name(terms.goal, change.goal); };
    if (std::any_of(all.begin(), all.end(), same_goal)) return about("goal_commission", "a goal is named twice");
    const auto present = std::find_if(in_force.begin(), in_force.end(), same_goal);
    auto terms = changed_terms(present == in_force.end() ? nullptr : &*present, change, exponent);
    if (!terms) return about(commission_of(change.goal), terms.error());
    all.push_back(std::move(*terms));
  }
  return all;
}

Result<void> check_model(const Policy& policy, const CampaignRow& row, const std::vector<Terms>& terms) {
  if (!policy.model_decides_kind) return {};
  const TermsKind wanted = row.model == "cpa" ? TermsKind::fixed : TermsKind::percentage;
  for (const auto& one : terms) {
    if (one.kind != wanted) {
      return about("model", "the model " + row.model + " pays " +
                                (wanted == TermsKind::fixed ? "fixed amounts" : "percentages") +
                                "; choose the model or the commission to match");
    }
  }
  return {};
}

}  // namespace footfall::core
