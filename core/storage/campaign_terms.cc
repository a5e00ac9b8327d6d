// Terms as rows. Tiers are unfolded by PostgreSQL, one row each, so that no JSON is parsed here; they are written in
// the one form {"from", "amount_minor" | "percent"} that schema/0001 describes.
#include "core/storage/campaign_terms.h"

#include "core/domain/identifiers.h"
#include "core/storage/arrays.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

Result<Rate> read_rate(TermsKind kind, RowReader& reader) {
  Rate rate;
  const auto amount = reader.optional_integer();
  const auto percent = reader.optional_text();
  if (kind == TermsKind::fixed) {
    rate.amount_minor = amount.value_or(0);
    return rate;
  }
  auto parsed = parse_percent(percent.value_or("0"));
  if (!parsed) return Failure(parsed.error());
  rate.percent = *parsed;
  return rate;
}

std::string tiers_json(const Terms& terms) {
  std::string json = "[";
  for (const auto& tier : terms.tiers) {
    if (json.size() > 1) json += ',';
    json += "{\"from\":" + std::to_string(tier.from);
    if (terms.kind == TermsKind::fixed) {
      json += ",\"amount_minor\":" + std::to_string(tier.rate.amount_minor) + "}";
    } else {
      json += ",\"percent\":\"" + format_percent(tier.rate.percent) + "\"}";
    }
  }
  return json + "]";
}

}  // namespace

Result<std::map<std::uint64_t, std::vector<Terms>>> list_terms(Database& database,
                                                               const std::vector<std::uint64_t>& campaigns) {
  std::map<std::uint64_t, std::vector<Terms>> terms_of;
  if (campaigns.empty()) return terms_of;
  auto rows = database.query(
      "select t.campaign_id, t.goal, t.kind, t.amount_minor, t.percent::text, tier.\"from\", tier.amount_minor, "
      "tier.percent from terms t left join lateral jsonb_to_recordset(coalesce(t.tiers, '[]')) "
      "as tier(\"from\" bigint, amount_minor bigint, percent text) on true "
      "where t.campaign_id = any($1::bigint[]) and t.ended_at is null "
      "order by t.campaign_id, t.goal, t.id, tier.\"from\"",
      {integer_array(campaigns)});
  if (!rows) return Failure(rows.error());
  for (int row = 0; row < rows->size(); ++row) {
    RowReader reader(*rows, row);
    std::vector<Terms>& all = terms_of[static_cast<std::uint64_t>(reader.integer())];
    const std::string goal = reader.text();
    const TermsKind kind = reader.text() == "fixed" ? TermsKind::fixed : TermsKind::percentage;
    auto rate = read_rate(kind, reader);
    if (!rate) return Failure(rate.error());
    if (all.empty() || all.back().goal != goal) all.push_back(Terms{goal, kind, *rate, {}});
    const auto from = reader.optional_integer();
    if (!from) continue;
    auto tier_rate = read_rate(kind, reader);
    if (!tier_rate) return Failure(tier_rate.error());
    all.back().tiers.push_back(Tier{*from, *tier_rate});
  }
  return terms_of;
}

Result<std::vector<Terms>> list_terms(Database& database, wire::CampaignId campaign) {
  auto terms_of = list_terms(database, std::vector{campaign.value});
  if (!terms_of) return Failure(terms_of.error());
  return std::move((*terms_of)[campaign.value]);
}

Result<bool> end_terms(Database& database, wire::CampaignId campaign, std::string_view goal) {
  auto rows =
      database.query("update terms set ended_at = now() where campaign_id = $1 and goal_fold = $2 and ended_at is null",
                     {campaign.value, fold_identifier(goal)});
  if (!rows) return Failure(rows.error());
  return rows->affected() > 0;
}

Result<void> succeed_terms(Database& database, wire::CampaignId campaign, const Terms& terms) {
  if (auto ended = end_terms(database, campaign, terms.goal); !ended) return Failure(ended.error());
  const bool fixed = terms.kind == TermsKind::fixed;
  auto rows = database.query(
      "insert into terms (campaign_id, goal, goal_fold, kind, amount_minor, percent, tiers) "
      "values ($1, $2, $3, $4, $5, $6, $7)",
      {campaign.value, terms.goal, fold_identifier(terms.goal), fixed ? "fixed" : "percentage",
       fixed ? Param(terms.rate.amount_minor) : Param(std::nullopt),
       fixed ? Param(std::nullopt) : Param(format_percent(terms.rate.percent)),
       terms.tiers.empty() ? Param(std::nullopt) : Param(tiers_json(terms))});
  if (!rows) return Failure(rows.error());
  return {};
}

}  // namespace footfall::core
