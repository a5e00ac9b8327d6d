// Every statement that reads campaigns selects the same columns, with what is needed of the account, and reads them
// with the same function in the same order.
#include "core/storage/campaigns.h"

#include "core/domain/identifiers.h"
#include "core/storage/arrays.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::string_view kSelect =
    "select c.id, c.public_id, c.account_id, a.public_id, a.currency, a.time_zone, c.mode, c.code, c.slug, c.name, "
    "c.status, c.model, "
    "c.currency, c.target_url, c.fallback_url, (extract(epoch from c.expires_at) * 1000000)::bigint, "
    "c.click_parameter, c.visibility, c.attribution_window_s, c.hold_s, c.auto_approve, c.precedence, c.budget_minor, "
    "c.customer_limit, c.click_limit, (extract(epoch from c.created_at) * 1000000)::bigint, "
    "(extract(epoch from c.updated_at) * 1000000)::bigint, c.deep_link_hosts, c.fraud_self_referral, "
    "c.fraud_duplicate_s, "
    "c.fraud_velocity_count, c.fraud_velocity_s, c.join_review, c.visibility = 'public' and c.status = 'active' and "
    "a.status = 'active' and (c.expires_at is null or c.expires_at > now()) from campaigns c join accounts a on a.id = "
    "c.account_id ";

constexpr std::string_view kMatches =
    "($1::bigint is null or c.account_id = $1) and ($2::text is null or c.mode = $2) "
    "and (case when $3::text is null then c.status <> 'deleted' else c.status = $3 end) ";

CampaignRow read(RowReader& reader) {
  CampaignRow row;
  row.id = reader.id<wire::CampaignId>();
  row.public_id = reader.text();
  row.account = reader.id<wire::AccountId>();
  row.account_public_id = reader.text();
  row.account_currency = reader.text();
  row.account_time_zone = reader.text();
  row.mode = reader.mode();
  row.code = reader.optional_text();
  row.slug = reader.text();
  row.name = reader.text();
  row.status = reader.text();
  row.model = reader.text();
  row.currency = reader.optional_text();
  row.target_url = reader.text();
  row.fallback_url = reader.optional_text();
  row.expires_us = reader.optional_integer();
  row.click_parameter = reader.optional_text();
  row.visibility = reader.text();
  row.attribution_window_s = reader.optional_integer();
  row.hold_s = reader.integer();
  row.auto_approve = reader.flag();
  row.precedence = reader.text();
  row.budget_minor = reader.optional_integer();
  row.customer_limit = reader.integer();
  row.click_limit = reader.integer();
  row.created_us = reader.integer();
  row.updated_us = reader.integer();
  row.deep_link_hosts = reader.text();
  row.fraud.self_referral = reader.flag();
  row.fraud.duplicate_s = reader.integer();
  row.fraud.velocity_count = reader.integer();
  row.fraud.velocity_s = reader.integer();
  row.join_review = reader.flag();
  row.takes_strangers = reader.flag();
  return row;
}

std::string select(std::string_view tail) { return std::string(kSelect) + std::string(tail); }

}  // namespace

Result<void> insert_campaign(Database& database, CampaignRow& row) {
  auto rows = database.query(
      "insert into campaigns (public_id, account_id, mode, code, slug, name, status, model, currency, target_url, "
      "fallback_url, expires_at, click_parameter, visibility, attribution_window_s, hold_s, auto_approve, precedence, "
      "budget_minor, customer_limit, click_limit, deep_link_hosts, fraud_self_referral, fraud_duplicate_s, "
      "fraud_velocity_count, fraud_velocity_s, join_review) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, "
      "$11, $12, $13, "
      "$14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27) returning id, (extract(epoch from "
      "created_at) "
      "* 1000000)::bigint",
      {row.public_id,
       row.account.value,
       mode_name(row.mode),
       row.code,
       row.slug,
       row.name,
       row.status,
       row.model,
       row.currency,
       row.target_url,
       row.fallback_url,
       time_or_null(row.expires_us),
       row.click_parameter,
       row.visibility,
       row.attribution_window_s,
       row.hold_s,
       row.auto_approve,
       row.precedence,
       row.budget_minor,
       row.customer_limit,
       row.click_limit,
       row.deep_link_hosts,
       row.fraud.self_referral,
       row.fraud.duplicate_s,
       row.fraud.velocity_count,
       row.fraud.velocity_s,
       row.join_review});
  if (!rows) return Failure(rows.error());
  row.id.value = static_cast<std::uint64_t>(rows->integer(0, 0));
  row.created_us = row.updated_us = rows->integer(0, 1);
  return {};
}

Result<std::vector<CampaignRow>> load_campaigns(Database& database, const std::vector<std::uint64_t>& ids) {
  return read_all<CampaignRow>(
      database.query(select("where c.id = any($1::bigint[]) order by c.id"), {integer_array(ids)}), read);
}

Result<CampaignRow> load_campaign(Database& database, wire::CampaignId id) {
  return read_one<CampaignRow>(database.query(select("where c.id = $1"), {id.value}), read,
                               "there is no campaign number " + std::to_string(id.value));
}

Result<CampaignRow> load_campaign(Database& database, const Scope& scope, std::string_view public_id, bool for_update) {
  static const std::string found = "where c.public_id = $1" + scope_condition("c.account_id", "c.mode");
  return read_one<CampaignRow>(
      database.query(select(for_update ? found + "for update of c" : found), scope_parameters(public_id, scope)), read,
      "there is no campaign \"" + std::string(public_id) + "\"; see campaign list");
}

Result<std::optional<CampaignRow>> find_campaign_by_slug(Database& database, std::string_view slug) {
  return read_optional<CampaignRow>(database.query(select("where lower(c.slug) = lower($1)"), {slug}), read);
}

Result<void> store_campaign(Database& database, const CampaignRow& row) {
  auto rows = database.query(
      "update campaigns set code = $2, slug = $3, name = $4, status = $5, model = $6, currency = $7, target_url = $8, "
      "fallback_url = $9, expires_at = $10, click_parameter = $11, visibility = $12, attribution_window_s = $13, "
      "hold_s = $14, auto_approve = $15, precedence = $16, budget_minor = $17, customer_limit = $18, "
      "click_limit = $19, deep_link_hosts = $20, fraud_self_referral = $21, fraud_duplicate_s = $22, "
      "fraud_velocity_count = $23, fraud_velocity_s = $24, join_review = $25, updated_at = now() where id = $1",
      {row.id.value,
       row.code,
       row.slug,
       row.name,
       row.status,
       row.model,
       row.currency,
       row.target_url,
       row.fallback_url,
       time_or_null(row.expires_us),
       row.click_parameter,
       row.visibility,
       row.attribution_window_s,
       row.hold_s,
       row.auto_approve,
       row.precedence,
       row.budget_minor,
       row.customer_limit,
       row.click_limit,
       row.deep_link_hosts,
       row.fraud.self_referral,
       row.fraud.duplicate_s,
       row.fraud.velocity_count,
       row.fraud.velocity_s,
       row.join_review});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<std::int64_t> count_campaigns(Database& database, const CampaignFilter& filter) {
  auto rows = database.query("select count(*) from campaigns c where " + std::string(kMatches) +
                                 "and ($4::text is null or lower(c.code) = lower($4))",
                             {id_or_null(filter.account), mode_or_null(filter.mode), filter.status,
                              filter.code ? Param(tidy_identifier(*filter.code)) : Param(std::nullopt)});
  if (!rows) return Failure(rows.error());
  return rows->integer(0, 0);
}

Result<std::vector<CampaignRow>> list_campaigns(Database& database, const CampaignFilter& filter) {
  return read_all<CampaignRow>(
      database.query(
          select("where " + std::string(kMatches) +
                 "and ($6::text is null or lower(c.code) = lower($6)) and ($7::bigint is null or c.id < $7) "
                 "order by c.id desc limit $4 offset $5"),
          {id_or_null(filter.account), mode_or_null(filter.mode), filter.status, filter.limit, filter.offset,
           filter.code ? Param(tidy_identifier(*filter.code)) : Param(std::nullopt), id_or_null(filter.below)}),
      read);
}

}  // namespace footfall::core
