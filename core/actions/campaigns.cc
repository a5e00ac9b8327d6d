// A campaign and its terms change in one transaction: apply the fields, compute the terms, check that they fit
// together, store, record the change. A code or slug that we make up may collide; then with_fresh_code() repeats the
// transaction.
#include "core/actions/campaigns.h"

#include <algorithm>
#include <tuple>

#include "core/actions/account_policy.h"
#include "core/actions/campaign_fields.h"
#include "core/actions/checks.h"
#include "core/actions/fresh_code.h"
#include "core/actions/record_change.h"
#include "core/domain/codes.h"
#include "core/domain/event_types.h"
#include "core/domain/identifiers.h"
#include "core/storage/accounts.h"
#include "core/storage/campaign_terms.h"

namespace footfall::core {
namespace {

Failure explained(const Error& error, const CampaignRow& row) {
  if (violates(error, "campaigns_code")) {
    return taken("code_taken",
                 "the account has an offer with the code \"" + row.code.value_or("") + "\" already; choose another");
  }
  if (violates(error, "campaigns_slug")) {
    return taken("slug_taken", "another campaign has the slug \"" + row.slug + "\" already; choose another");
  }
  return Failure(error);
}

Result<void> put_in_force(Database& database, const CampaignRow& row, const CampaignFields& fields,
                          const std::vector<Terms>& terms) {
  for (const auto& change : fields.commissions) {
    if (!change.end) continue;
    if (change.goal.empty())
      return about("commission", "the commission of every goal cannot end; give it another rate");
    auto ended = end_terms(database, row.id, change.goal);
    if (!ended) return Failure(ended.error());
    if (!*ended) return about("goal_commission", "the goal \"" + change.goal + "\" has no commission of its own");
  }
  for (const auto& one : terms) {
    if (auto put = succeed_terms(database, row.id, one); !put) return put;
  }
  return {};
}

std::string described(const std::vector<Terms>& terms, int exponent) {
  std::string text;
  for (const auto& one : terms) {
    if (!text.empty()) text += "; ";
    if (!one.goal.empty()) text += one.goal + ": ";
    text += format_rate(one.kind, one.rate, exponent);
    for (const auto& tier : one.tiers) {
      text += ", from " + std::to_string(tier.from) + ": " + format_rate(one.kind, tier.rate, exponent);
    }
  }
  return text;
}

CampaignRow new_row(const AccountRow& account, const Policy& policy, wire::Mode mode) {
  CampaignRow row;
  row.public_id = wire::new_public_id(policy.campaign_prefix);
  row.account = account.id;
  row.account_public_id = account.public_id;
  row.account_currency = account.currency;
  row.account_time_zone = account.time_zone;
  row.mode = mode;
  if (policy.campaign_has_currency) row.currency = account.currency;
  row.attribution_window_s = policy.attribution_window_s;
  row.hold_s = policy.hold_s;
  row.auto_approve = policy.auto_approve;
  row.join_review = policy.join_review;
  row.precedence = policy.precedence == Precedence::code ? "code" : "click";
  row.customer_limit = policy.customer_limit;
  row.click_limit = policy.click_limit;
  row.fraud = policy.fraud;
  return row;
}

Result<void> name_new_row(CampaignRow& row, const CampaignFields& fields, const Policy& policy, int attempt) {
  row.slug = fields.slug ? tidy_identifier(*fields.slug) : slug_of(row.name);
  if (!fields.slug && attempt > 0) row.slug = affiliate_code(row.slug, random_bits(), suffix_length(attempt));
  if (auto good = check_code(row.slug); !good && fields.slug) return about("slug", "the slug: " + good.error().message);
  if (fields.code) {
    row.code = tidy_identifier(*fields.code);
    if (auto good = check_code(*row.code); !good) return about("code", "the offer code: " + good.error().message);
  } else if (policy.campaign_has_code) {
    row.code = offer_code(row.name, random_bits());
  }
  return {};
}

Result<Campaign> create_once(Database& database, const Caller& caller, std::string_view account_id, wire::Mode mode,
                             const CampaignFields& fields, int attempt) {
  auto account = load_account(database, caller.scope(), account_id);
  if (!account) return Failure(account.error());
  if (!caller.scope().contains_mode(mode)) return other_mode_not_found(mode);
  const Policy policy = account_policy(*account);
  CampaignRow row = new_row(*account, policy, mode);
  if (auto applied = apply_fields(row, fields, policy, *currency_exponent(account->currency)); !applied) {
    return Failure(applied.error());
  }
  if (row.status == "deleted") return about("status", "a campaign cannot be created deleted");
  const int exponent = campaign_exponent(row);
  auto terms = new_terms({}, fields.commissions, exponent);
  if (!terms) return Failure(terms.error());
  const auto general = std::find_if(terms->begin(), terms->end(), [](const Terms& one) { return one.goal.empty(); });
  if (general == terms->end()) {
    return about("commission", "a campaign needs a commission for every goal: \"10%\" or \"5.00\"");
  }
  if (policy.model_decides_kind && !fields.model) row.model = general->kind == TermsKind::fixed ? "cpa" : "cps";
  if (auto fits = check_model(policy, row, *terms); !fits) return Failure(fits.error());
  if (auto named = name_new_row(row, fields, policy, attempt); !named) return Failure(named.error());

  if (auto inserted = insert_campaign(database, row); !inserted) {
    const bool retried = (violates(inserted.error(), "campaigns_slug") && !fields.slug) ||
                         (violates(inserted.error(), "campaigns_code") && !fields.code);
    return retried ? Failure(inserted.error()) : explained(inserted.error(), row);
  }
  if (auto put = put_in_force(database, row, fields, *terms); !put) return Failure(put.error());
  ChangeDetails details;
  details.add("name", row.name)
      .add("target_url", row.target_url)
      .add("commission", described(*terms, exponent))
      .add("status", row.status)
      .add("mode", mode_name(row.mode));
  auto recorded = record_change(
      database, caller, {row.account, row.mode, "campaign.create", row.public_id, details, event::kCampaignCreated});
  if (!recorded) return Failure(recorded.error());
  auto in_force = list_terms(database, row.id);
  if (!in_force) return Failure(in_force.error());
  auto stored = load_campaign(database, row.id);  // with what is read only
  if (!stored) return Failure(stored.error());
  return Campaign{std::move(*stored), *in_force};
}

// Amounts are numbers in a currency: with another one they would mean something else.
Result<void> check_currency_change(const CampaignRow& before, const CampaignRow& after, const CampaignFields& fields,
                                   const std::vector<Terms>& in_force) {
  if (before.currency == after.currency) return {};
  if (after.budget_minor && !fields.budget) {
    return about("budget", "with another currency the budget must be given anew");
  }
  for (const auto& terms : in_force) {
    const bool renewed = std::any_of(fields.commissions.begin(), fields.commissions.end(), [&](const auto& change) {
      return is_same_name(change.goal, terms.goal) &&
             (change.end || (change.rate && (terms.tiers.empty() || change.tiers)));
    });
    if (terms.kind == TermsKind::fixed && !renewed) {
      return about(commission_of(terms.goal), "with another currency the fixed commissions must be given anew");
    }
  }
  return {};
}

Result<Campaign> update_once(Database& database, const Caller& caller, std::string_view public_id,
                             const CampaignFields& fields) {
  auto before = load_campaign(database, caller.scope(), public_id, true);
  if (!before) return Failure(before.error());
  if (before->status == "deleted") return invalid("the campaign is deleted, which is final");
  auto account = load_account(database, before->account);
  if (!account) return Failure(account.error());
  const Policy policy = account_policy(*account);
  CampaignRow row = *before;
  if (auto applied = apply_fields(row, fields, policy, *currency_exponent(account->currency)); !applied) {
    return Failure(applied.error());
  }
  for (const auto& [wanted, name, what] :
       {std::tuple{&fields.slug, "slug", "the slug: "}, std::tuple{&fields.code, "code", "the offer code: "}}) {
    if (!*wanted) continue;
    if (auto good = check_code(tidy_identifier(**wanted)); !good) return about(name, what + good.error().message);
  }
  if (fields.slug) row.slug = tidy_identifier(*fields.slug);
  if (fields.code) row.code = tidy_identifier(*fields.code);

  auto in_force = list_terms(database, row.id);
  if (!in_force) return Failure(in_force.error());
  if (auto fits = check_currency_change(*before, row, fields, *in_force); !fits) return Failure(fits.error());
  auto terms = new_terms(*in_force, fields.commissions, campaign_exponent(row));
  if (!terms) return Failure(terms.error());

  ChangeDetails details;
  details.change("name", before->name, row.name)
      .change("target_url", before->target_url, row.target_url)
      .change("fallback_url", before->fallback_url, row.fallback_url)
      .change("currency", before->currency, row.currency)
      .change("click_parameter", before->click_parameter, row.click_parameter)
      .change("deep_link_hosts", before->deep_link_hosts, row.deep_link_hosts)
      .change("budget_minor", before->budget_minor, row.budget_minor)
      .change("status", before->status, row.status)
      .change("model", before->model, row.model)
      .change("visibility", before->visibility, row.visibility)
      .change("join_review", before->join_review, row.join_review)
      .change("precedence", before->precedence, row.precedence)
      .change("code", before->code, row.code)
      .change("slug", before->slug, row.slug)
      .change("expires_us", before->expires_us, row.expires_us)
      .change("attribution_window_s", before->attribution_window_s, row.attribution_window_s)
      .change("hold_s", before->hold_s, row.hold_s)
      .change("auto_approve", before->auto_approve, row.auto_approve)
      .change("fraud_self_referral", before->fraud.self_referral, row.fraud.self_referral)
      .change("fraud_duplicate_s", before->fraud.duplicate_s, row.fraud.duplicate_s)
      .change("fraud_velocity_count", before->fraud.velocity_count, row.fraud.velocity_count)
      .change("fraud_velocity_s", before->fraud.velocity_s, row.fraud.velocity_s)
      .change("customer_limit", before->customer_limit, row.customer_limit)
      .change("click_limit", before->click_limit, row.click_limit);
  if (!details.empty()) {
    if (auto stored = store_campaign(database, row); !stored) return explained(stored.error(), row);
    auto stored = load_campaign(database, row.id);  // with the time of the change
    if (!stored) return Failure(stored.error());
    row = std::move(*stored);
  }
  if (auto put = put_in_force(database, row, fields, *terms); !put) return Failure(put.error());
  auto now_in_force = list_terms(database, row.id);
  if (!now_in_force) return Failure(now_in_force.error());
  if (auto fits = check_model(policy, row, *now_in_force); !fits) return Failure(fits.error());
  if (!fields.commissions.empty()) {
    details.add("commission", described(*now_in_force, campaign_exponent(row)));
  }
  if (!details.empty()) {
    auto recorded = record_change(
        database, caller, {row.account, row.mode, "campaign.update", row.public_id, details, event::kCampaignUpdated});
    if (!recorded) return Failure(recorded.error());
  }
  return Campaign{row, *now_in_force};
}

}  // namespace

Result<Campaign> create_campaign(Database& database, const Caller& caller, std::string_view account, wire::Mode mode,
                                 const CampaignFields& fields) {
  if (!fields.name || !fields.target_url) return invalid("a campaign needs a name and a target URL");
  return with_fresh_code("campaigns_", [&](int attempt) {
    return database.transaction<Campaign>(
        [&] { return create_once(database, caller, account, mode, fields, attempt); });
  });
}

Result<Campaign> update_campaign(Database& database, const Caller& caller, std::string_view public_id,
                                 const CampaignFields& fields) {
  return database.transaction<Campaign>([&] { return update_once(database, caller, public_id, fields); });
}

int campaign_exponent(const CampaignRow& row) {
  return currency_exponent(row.currency.value_or(row.account_currency)).value_or(2);
}

}  // namespace footfall::core
