// What a conversion is judged by: its click, its code, the terms in force.
#include "core/storage/conversions.h"

namespace footfall::core {
namespace {

// campaign id, status, window, precedence, affiliate id, whether the affiliate may earn: columns from `c` on.
Earner earner_at(const Rows& rows, int r, int c) {
  Earner earner;
  earner.campaign.value = static_cast<std::uint64_t>(rows.integer(r, c));
  earner.campaign_active = rows.flag(r, c + 1);
  earner.window_s = rows.optional_integer(r, c + 2);
  earner.precedence = rows.text(r, c + 3) == "code" ? Precedence::code : Precedence::click;
  earner.affiliate.value = static_cast<std::uint64_t>(rows.integer(r, c + 4));
  earner.affiliate_active = rows.flag(r, c + 5);
  earner.campaign_exists = rows.flag(r, c + 6);
  return earner;
}
constexpr std::string_view kEarnerColumns =
    "k.id, (k.status = 'active' and (k.expires_at is null or k.expires_at > now())), k.attribution_window_s, "
    "k.precedence, x.affiliate_id, coalesce(a.status = 'active' and e.status = 'active', false), k.status <> 'deleted'";
constexpr std::string_view kEarnerTables =
    " join campaigns k on k.id = x.campaign_id left join affiliates a on a.id = x.affiliate_id "
    " left join enrolments e on e.campaign_id = x.campaign_id and e.affiliate_id = x.affiliate_id ";

// One row a tier; the limit is on the terms, so that all their tiers come along. $1 campaign, $2 goal.
std::string terms_query(std::string_view when) {
  return "select t.id, t.goal, t.kind = 'fixed', t.amount_minor, t.percent::text, k.currency, k.hold_s, k.model, "
         "k.customer_limit, k.click_limit, k.budget_minor, tier.\"from\", tier.amount_minor, tier.percent "
         "from (select * from terms where campaign_id = $1 and goal in ($2, '') and " + std::string(when) +
         " order by goal = '' limit 1) t join campaigns k on k.id = t.campaign_id "
         "left join lateral jsonb_to_recordset(coalesce(t.tiers, '[]')) "
         "as tier(\"from\" bigint, amount_minor bigint, percent text) on true order by tier.\"from\"";
}

Result<Rate> rate_at(const Rows& rows, int r, int amount_column, int percent_column) {
  Rate rate;
  rate.amount_minor = rows.integer(r, amount_column);
  if (!rows.is_null(r, percent_column)) {
    auto percent = parse_percent(rows.text(r, percent_column));
    if (!percent) return Failure(percent.error());
    rate.percent = *percent;
  }
  return rate;
}

Result<std::optional<TermsInForce>> read_terms(Result<Rows> rows) {
  if (!rows) return Failure(rows.error());
  if (rows->empty()) return std::nullopt;
  TermsInForce found;
  found.id = rows->integer(0, 0);
  found.terms.goal = rows->text(0, 1);
  found.terms.kind = rows->flag(0, 2) ? TermsKind::fixed : TermsKind::percentage;
  auto base = rate_at(*rows, 0, 3, 4);
  if (!base) return Failure(base.error());
  found.terms.rate = *base;
  found.currency = rows->optional_text(0, 5);
  found.hold_s = rows->integer(0, 6);
  found.model = rows->text(0, 7);
  found.customer_limit = static_cast<int>(rows->integer(0, 8));
  found.click_limit = static_cast<int>(rows->integer(0, 9));
  found.budget_minor = rows->optional_integer(0, 10);
  for (int r = 0; r < rows->size(); ++r) {
    if (rows->is_null(r, 11)) continue;
    auto rate = rate_at(*rows, r, 12, 13);
    if (!rate) return Failure(rate.error());
    found.terms.tiers.push_back({rows->integer(r, 11), *rate});
  }
  return found;
}

}  // namespace

Result<ClickLookup> find_click(Database& database, wire::AccountId account, wire::Mode mode, const wire::ClickId& id) {
  const std::string sql =
      "select x.mode, (extract(epoch from x.received_at) * 1000000)::bigint, x.verdict, "
      "exists (select 1 from click_conflicts f where f.id = x.id and f.account_id = x.account_id and f.mode = "
      "x.mode), " +
      std::string(kEarnerColumns) + " from clicks x " + std::string(kEarnerTables) +
      " where x.id = $1 and x.account_id = $2";
  auto rows = database.query(sql, {wire::to_uuid(id), account.value});
  if (!rows) return Failure(rows.error());
  ClickLookup lookup;
  for (int r = 0; r < rows->size(); ++r) {
    if (rows->integer(r, 0) != static_cast<std::int64_t>(mode)) {
      lookup.in_other_mode = true;
      continue;
    }
    ClickEvidence click;
    click.id = id;
    click.received_us = rows->integer(r, 1);
    click.verdict = static_cast<std::uint32_t>(rows->integer(r, 2));
    click.conflicting = rows->flag(r, 3);
    click.earner = earner_at(*rows, r, 4);
    lookup.click = click;
  }
  return lookup;
}

Result<bool> click_of_another(Database& database, wire::AccountId account, const wire::ClickId& id) {
  auto rows = database.query("select 1 from clicks where id = $1 and account_id <> $2 limit 1",
                             {wire::to_uuid(id), account.value});
  if (!rows) return Failure(rows.error());
  return !rows->empty();
}

Result<CodeLookup> find_promo_code(Database& database, wire::AccountId account, wire::Mode mode,
                                   std::string_view code) {
  const std::string sql = "select x.mode, x.status = 'active', " + std::string(kEarnerColumns) +
                          " from promo_codes x " + std::string(kEarnerTables) +
                          " where x.account_id = $1 and x.code_fold = lower($2)";
  auto rows = database.query(sql, {account.value, code});
  if (!rows) return Failure(rows.error());
  CodeLookup lookup;
  for (int r = 0; r < rows->size(); ++r) {
    if (rows->text(r, 0) != mode_name(mode)) {
      lookup.in_other_mode = true;
      continue;
    }
    lookup.code = CodeEvidence{AttributionMethod::promo_code, rows->flag(r, 1), earner_at(*rows, r, 2)};
  }
  return lookup;
}

Result<CodeLookup> find_affiliate_code(Database& database, wire::AccountId account, wire::Mode mode,
                                       wire::CampaignId campaign, std::string_view code) {
  const std::string sql = "select " + std::string(kEarnerColumns) +
                          " from (select campaign_id, affiliate_id from enrolments where campaign_id = $3 and "
                          "lower(code) = lower($4)) x " +
                          std::string(kEarnerTables) + " where k.account_id = $1 and k.mode = $2";
  auto rows = database.query(sql, {account.value, mode_name(mode), campaign.value, code});
  if (!rows) return Failure(rows.error());
  CodeLookup lookup;
  if (!rows->empty()) lookup.code = CodeEvidence{AttributionMethod::affiliate_code, true, earner_at(*rows, 0, 0)};
  return lookup;
}

Result<std::optional<TermsInForce>> terms_in_force(Database& database, wire::CampaignId campaign,
                                                   std::string_view goal) {
  static const std::string sql = terms_query("ended_at is null");
  return read_terms(database.query(sql, {campaign.value, goal}));
}

Result<std::optional<TermsInForce>> terms_at(Database& database, wire::CampaignId campaign, std::string_view goal,
                                             std::int64_t at_us) {
  static const std::string sql = terms_query("created_at <= $3 and (ended_at is null or ended_at > $3)");
  return read_terms(database.query(sql, {campaign.value, goal, timestamp_us(at_us)}));
}

Result<std::int64_t> conversions_before(Database& database, wire::CampaignId campaign, wire::AffiliateId affiliate) {
  auto rows = database.query(
      "select count(*) from conversions where campaign_id = $1 and affiliate_id = $2 and "
      "status not in ('rejected', 'reversed')",
      {campaign.value, affiliate.value});
  if (!rows) return Failure(rows.error());
  return rows->integer(0, 0);
}

Result<std::int64_t> committed_minor(Database& database, wire::CampaignId campaign) {
  auto locked = database.query("select 1 from campaigns where id = $1 for no key update", {campaign.value});
  if (!locked) return Failure(locked.error());
  auto rows = database.query(
      "select coalesce(sum(commission_minor - reversed_minor), 0)::bigint from conversions where campaign_id = $1 and "
      "status in ('pending', 'approved', 'paid') and mode = 'live'",
      {campaign.value});
  if (!rows) return Failure(rows.error());
  return rows->integer(0, 0);
}

}  // namespace footfall::core
