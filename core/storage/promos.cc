#include "core/storage/promos.h"

#include "core/storage/row_reader.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

constexpr std::string_view kSelect =
    "select p.id, p.public_id, p.account_id, p.mode, p.code, p.campaign_id, c.public_id, p.affiliate_id, f.public_id, "
    "p.status, (extract(epoch from p.created_at) * 1000000)::bigint from promo_codes p "
    "join campaigns c on c.id = p.campaign_id join affiliates f on f.id = p.affiliate_id ";

constexpr std::string_view kMatches =
    "($1::bigint is null or p.account_id = $1) and ($2::bigint is null or p.campaign_id = $2) "
    "and ($3::bigint is null or p.affiliate_id = $3) and ($4::text is null or p.mode = $4) ";

std::vector<Param> matching(const PromoFilter& filter) {
  return {id_or_null(filter.account), id_or_null(filter.campaign), id_or_null(filter.affiliate),
          mode_or_null(filter.mode)};
}

PromoRow read(RowReader& reader) {
  PromoRow row;
  row.id = reader.id<PromoId>();
  row.public_id = reader.text();
  row.account = reader.id<wire::AccountId>();
  row.mode = reader.mode();
  row.code = reader.text();
  row.campaign = reader.id<wire::CampaignId>();
  row.campaign_public_id = reader.text();
  row.affiliate = reader.id<wire::AffiliateId>();
  row.affiliate_public_id = reader.text();
  row.status = reader.text();
  row.created_us = reader.integer();
  return row;
}

std::string select(std::string_view tail) { return std::string(kSelect) + std::string(tail); }

}  // namespace

Result<void> insert_promo(Database& database, PromoRow& row) {
  auto rows = database.query(
      "insert into promo_codes (public_id, account_id, mode, code, code_fold, campaign_id, affiliate_id, status) "
      "values ($1, $2, $3, $4, $5, $6, $7, $8) returning id, (extract(epoch from created_at) * 1000000)::bigint",
      {row.public_id, row.account.value, mode_name(row.mode), row.code, to_lower_ascii(row.code), row.campaign.value,
       row.affiliate.value, row.status});
  if (!rows) return Failure(rows.error());
  row.id.value = static_cast<std::uint64_t>(rows->integer(0, 0));
  row.created_us = rows->integer(0, 1);
  return {};
}

Result<PromoRow> load_promo(Database& database, const Scope& scope, std::string_view public_id, bool for_update) {
  static const std::string found =
      "where p.public_id = $1" + scope_condition("p.account_id", "p.mode", "p.affiliate_id");
  return read_one<PromoRow>(
      database.query(select(for_update ? found + "for update of p" : found), scope_parameters(public_id, scope)), read,
      "there is no promotion \"" + std::string(public_id) + "\"; see promo list");
}

Result<void> store_promo_status(Database& database, PromoId id, std::string_view status) {
  auto rows = database.query("update promo_codes set status = $2 where id = $1", {id.value, status});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<std::vector<PromoRow>> list_promos(Database& database, const PromoFilter& filter) {
  auto parameters = matching(filter);
  parameters.emplace_back(filter.limit);
  parameters.emplace_back(filter.offset);
  return read_all<PromoRow>(
      database.query(select("where " + std::string(kMatches) + "order by p.id desc limit $5 offset $6"), parameters),
      read);
}

Result<std::int64_t> count_promos(Database& database, const PromoFilter& filter) {
  return read_count(
      database.query("select count(*) from promo_codes p where " + std::string(kMatches), matching(filter)));
}

}  // namespace footfall::core
