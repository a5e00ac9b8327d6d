// The look-ups of a round of conversions: each takes one statement for all of them, whose queries travel as one JSON
// parameter and are numbered, so that each row of the answer says which query it belongs to.
#include "core/storage/evidence.h"

#include <map>

#include "core/domain/identifiers.h"
#include "core/storage/json_recordset.h"
#include "core/storage/partitions.h"

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

// `queries` is a relation q (n, campaign_id, goal). The answer has one row for each tier of the terms that were found.
std::string terms_query(std::string_view queries, std::string_view when) {
  return "select q.n, t.id, t.goal, t.kind = 'fixed', t.amount_minor, t.percent::text, k.currency, k.hold_s, k.model, "
         "k.customer_limit, k.click_limit, k.budget_minor, tier.\"from\", tier.amount_minor, tier.percent, "
         "coalesce(k.currency, a.currency), k.fraud_self_referral, k.fraud_duplicate_s, k.fraud_velocity_count, "
         "k.fraud_velocity_s from " +
         std::string(queries) +
         " cross join lateral (select * from terms where campaign_id = q.campaign_id "
         "and goal_fold in (q.goal, '') and " +
         std::string(when) +
         " order by goal_fold = '' limit 1) t "
         "join campaigns k on k.id = t.campaign_id join accounts a on a.id = k.account_id "
         "left join lateral jsonb_to_recordset(coalesce(t.tiers, '[]')) "
         "as tier(\"from\" bigint, amount_minor bigint, percent text) on true order by q.n, tier.\"from\"";
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

Result<TermsInForce> read_terms(const Rows& rows, int r) {
  TermsInForce found;
  found.id = rows.integer(r, 1);
  found.terms.goal = rows.text(r, 2);
  found.terms.kind = rows.flag(r, 3) ? TermsKind::fixed : TermsKind::percentage;
  auto base = rate_at(rows, r, 4, 5);
  if (!base) return Failure(base.error());
  found.terms.rate = *base;
  found.currency = rows.optional_text(r, 6);
  found.hold_s = rows.integer(r, 7);
  found.model = rows.text(r, 8);
  found.customer_limit = static_cast<int>(rows.integer(r, 9));
  found.click_limit = static_cast<int>(rows.integer(r, 10));
  found.budget_minor = rows.optional_integer(r, 11);
  found.budget_currency = rows.text(r, 15);
  found.fraud = {rows.flag(r, 16), rows.integer(r, 17), rows.integer(r, 18), rows.integer(r, 19)};
  return found;
}

Result<std::vector<std::optional<TermsInForce>>> read_all_terms(Result<Rows> rows, std::size_t queries) {
  if (!rows) return Failure(rows.error());
  std::vector<std::optional<TermsInForce>> all(queries);
  for (int r = 0; r < rows->size(); ++r) {
    auto& found = all[static_cast<std::size_t>(rows->integer(r, 0))];
    if (!found) {
      auto terms = read_terms(*rows, r);
      if (!terms) return Failure(terms.error());
      found = std::move(*terms);
    }
    if (rows->is_null(r, 12)) continue;
    auto rate = rate_at(*rows, r, 13, 14);
    if (!rate) return Failure(rate.error());
    found->terms.tiers.push_back({rows->integer(r, 12), *rate});
  }
  return all;
}

// The bounds of the day are literals, so that the plan contains one partition only. The limit (an id occurs once per
// mode) keeps the planner from reading the whole partition for a few ids.
Result<void> find_clicks_of_day(Database& database, std::int64_t day, std::span<const ClickQuery> queries,
                                const std::vector<std::size_t>& members, std::vector<ClickLookup>& lookups) {
  const std::string sql =
      "select q.n, x.mode, (extract(epoch from x.received_at) * 1000000)::bigint, x.verdict, "
      "exists (select 1 from click_conflicts f where f.id = x.id and f.account_id = x.account_id and f.mode = "
      "x.mode), (select pages from click_judgements), x.ip, x.visitor, " +
      std::string(kEarnerColumns) +
      " from json_to_recordset($1) as q (n int, id uuid, account_id bigint) "
      "cross join lateral (select * from clicks c where c.id = q.id and c.account_id = q.account_id and c.id >= '" +
      lowest_click_id(day) + "' and c.id < '" + lowest_click_id(day + 1) + "' limit 2) x " + std::string(kEarnerTables);
  JsonRecordset wanted;
  for (const std::size_t n : members) {
    wanted.row();
    wanted.integer("n", static_cast<std::int64_t>(n));
    wanted.text("id", wire::to_uuid(queries[n].id));
    wanted.id_or_null("account_id", queries[n].account);
  }
  auto rows = database.query(sql, {wanted.array()});
  if (!rows) return Failure(rows.error());
  for (int r = 0; r < rows->size(); ++r) {
    const auto n = static_cast<std::size_t>(rows->integer(r, 0));
    if (rows->integer(r, 1) != static_cast<std::int64_t>(queries[n].mode)) {
      lookups[n].in_other_mode = true;
      continue;
    }
    ClickEvidence click;
    click.id = queries[n].id;
    click.received_us = rows->integer(r, 2);
    click.verdict = static_cast<std::uint32_t>(rows->integer(r, 3));
    click.conflicting = rows->flag(r, 4);
    lookups[n].judged_pages = rows->integer(r, 5);
    lookups[n].address = rows->bytes(r, 6);
    lookups[n].visitor = rows->bytes(r, 7);
    click.earner = earner_at(*rows, r, 8);
    lookups[n].click = click;
  }
  return {};
}

// A letter that cannot be decoded may hold any click from before it.
Result<void> find_dead_letters(Database& database, std::span<const ClickQuery> queries,
                               std::vector<ClickLookup>& lookups) {
  JsonRecordset missing;
  bool any = false;
  for (std::size_t n = 0; n < queries.size(); ++n) {
    if (lookups[n].click || lookups[n].in_other_mode) continue;
    any = true;
    missing.row();
    missing.integer("n", static_cast<std::int64_t>(n));
    missing.text("id", wire::to_uuid(queries[n].id));
    missing.integer("ms", queries[n].id.time_ms());
  }
  if (!any) return {};
  auto rows = database.query(
      "select q.n from json_to_recordset($1) as q (n int, id uuid, ms bigint) where "
      "exists (select 1 from dead_letters d where d.click_id = q.id and d.replayed_at is null) or "
      "exists (select 1 from dead_letters d where d.reason = 'decode' and d.replayed_at is null and "
      "d.created_at >= to_timestamp(q.ms / 1000.0) - interval '10 minutes')",
      {missing.array()});
  if (!rows) return Failure(rows.error());
  for (int r = 0; r < rows->size(); ++r) lookups[static_cast<std::size_t>(rows->integer(r, 0))].in_dead_letter = true;
  return {};
}

}  // namespace

Result<std::vector<ClickLookup>> find_clicks(Database& database, std::span<const ClickQuery> queries) {
  std::vector<ClickLookup> lookups(queries.size());
  std::map<std::int64_t, std::vector<std::size_t>> by_day;
  for (std::size_t n = 0; n < queries.size(); ++n) by_day[queries[n].id.time_ms() / kDayMs].push_back(n);
  for (const auto& [day, members] : by_day) {
    auto found = find_clicks_of_day(database, day, queries, members, lookups);
    if (!found) return Failure(found.error());
  }
  if (auto found = find_dead_letters(database, queries, lookups); !found) return Failure(found.error());
  return lookups;
}

Result<ClickLookup> find_click(Database& database, const ClickQuery& query) {
  auto found = find_clicks(database, {&query, 1});
  if (!found) return Failure(found.error());
  return std::move(found->front());
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

Result<Earner> find_earner(Database& database, wire::CampaignId campaign, wire::AffiliateId affiliate) {
  static const std::string sql = "select " + std::string(kEarnerColumns) +
                                 " from (select $1::bigint as campaign_id, $2::bigint as affiliate_id) x " +
                                 std::string(kEarnerTables);
  auto rows = database.query(sql, {campaign.value, affiliate.value});
  if (!rows) return Failure(rows.error());
  if (rows->empty()) return not_found("there is no such campaign");
  return earner_at(*rows, 0, 0);
}

Result<std::vector<std::optional<TermsInForce>>> terms_in_force(Database& database,
                                                                std::span<const TermsQuery> queries) {
  static const std::string sql =
      terms_query("json_to_recordset($1) as q (n int, campaign_id bigint, goal text)", "ended_at is null");
  if (queries.empty()) return std::vector<std::optional<TermsInForce>>();
  JsonRecordset wanted;
  for (std::size_t n = 0; n < queries.size(); ++n) {
    wanted.row();
    wanted.integer("n", static_cast<std::int64_t>(n));
    wanted.id_or_null("campaign_id", queries[n].campaign);
    wanted.text("goal", fold_identifier(queries[n].goal));
  }
  return read_all_terms(database.query(sql, {wanted.array()}), queries.size());
}

Result<std::optional<TermsInForce>> terms_at(Database& database, wire::CampaignId campaign, std::string_view goal,
                                             std::int64_t at_us) {
  static const std::string sql = terms_query("(select $1::bigint as campaign_id, $2::text as goal, 0 as n) q",
                                             "created_at <= $3 and (ended_at is null or ended_at > $3)");
  auto found = read_all_terms(database.query(sql, {campaign.value, fold_identifier(goal), timestamp_us(at_us)}), 1);
  if (!found) return Failure(found.error());
  return std::move(found->front());
}

}  // namespace footfall::core
