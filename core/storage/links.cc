// Lists and counts share one condition with a parameter for each member of the filter, where null does not restrict.
#include "core/storage/links.h"

#include "core/domain/identifiers.h"
#include "core/storage/row_reader.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

constexpr std::string_view kSelect =
    "select l.id, l.public_id, l.account_id, l.mode, l.host, l.code, l.campaign_id, c.public_id, l.affiliate_id, "
    "coalesce(f.public_id, ''), l.target_url, l.status, (extract(epoch from l.expires_at) * 1000000)::bigint, "
    "l.fallback_url, (extract(epoch from l.created_at) * 1000000)::bigint, "
    "(extract(epoch from l.updated_at) * 1000000)::bigint, (extract(epoch from l.starts_at) * 1000000)::bigint, "
    "l.click_cap, l.is_capped, l.targets from links l join campaigns c on c.id = l.campaign_id "
    "left join affiliates f on f.id = l.affiliate_id ";

constexpr std::string_view kMatches =
    "($1::bigint is null or l.account_id = $1) and ($2::bigint is null or l.campaign_id = $2) "
    "and ($3::bigint is null or l.affiliate_id = $3) "
    "and (case when $4::text is null then l.status <> 'deleted' else l.status = $4 end) "
    "and ($5::text is null or l.mode = $5) ";

std::vector<Param> matching(const LinkFilter& filter) {
  return {id_or_null(filter.account), id_or_null(filter.campaign), id_or_null(filter.affiliate), filter.status,
          mode_or_null(filter.mode)};
}

LinkRow read(RowReader& reader) {
  LinkRow row;
  row.id = reader.id<wire::LinkId>();
  row.public_id = reader.text();
  row.account = reader.id<wire::AccountId>();
  row.mode = reader.mode();
  row.host = reader.text();
  row.code = reader.text();
  row.campaign = reader.id<wire::CampaignId>();
  row.campaign_public_id = reader.text();
  row.affiliate = reader.id<wire::AffiliateId>();
  row.affiliate_public_id = reader.text();
  row.target_url = reader.optional_text();
  row.status = reader.text();
  row.expires_us = reader.optional_integer();
  row.fallback_url = reader.optional_text();
  row.created_us = reader.integer();
  row.updated_us = reader.integer();
  row.starts_us = reader.optional_integer();
  row.click_cap = reader.optional_integer();
  row.is_capped = reader.flag();
  row.targets = reader.text();
  return row;
}

std::string select(std::string_view tail) { return std::string(kSelect) + std::string(tail); }

}  // namespace

Result<void> insert_link(Database& database, LinkRow& row) {
  auto rows = database.query(
      "insert into links (public_id, account_id, mode, host, code, code_fold, campaign_id, affiliate_id, target_url, "
      "status, expires_at, fallback_url, starts_at, click_cap, targets) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
      "$10, $11, $12, $13, $14, $15) "
      "returning id, (extract(epoch from created_at) * 1000000)::bigint",
      {row.public_id, row.account.value, mode_name(row.mode), row.host, row.code, to_lower_ascii(row.code),
       row.campaign.value, id_or_null(row.affiliate), row.target_url, row.status, time_or_null(row.expires_us),
       row.fallback_url, time_or_null(row.starts_us), row.click_cap, row.targets});
  if (!rows) return Failure(rows.error());
  row.id.value = static_cast<std::uint64_t>(rows->integer(0, 0));
  row.created_us = row.updated_us = rows->integer(0, 1);
  return {};
}

Result<LinkRow> load_link(Database& database, const Scope& scope, std::string_view public_id, bool for_update) {
  static const std::string found =
      "where l.public_id = $1" + scope_condition("l.account_id", "l.mode", "l.affiliate_id");
  return read_one<LinkRow>(
      database.query(select(for_update ? found + "for update of l" : found), scope_parameters(public_id, scope)), read,
      "there is no link \"" + std::string(public_id) + "\"; see link list");
}

Result<std::vector<LinkRow>> find_links_by_code(Database& database, std::string_view code) {
  return read_all<LinkRow>(database.query(select("where l.code_fold = $1 and l.status <> 'deleted' order by l.host"),
                                          {fold_identifier(code)}),
                           read);
}

Result<void> store_link(Database& database, const LinkRow& row) {
  auto rows = database.query(
      "update links set target_url = $2, status = $3, expires_at = $4, fallback_url = $5, starts_at = $6, "
      "click_cap = $7, targets = $8, updated_at = now() where id = $1",
      {row.id.value, row.target_url, row.status, time_or_null(row.expires_us), row.fallback_url,
       time_or_null(row.starts_us), row.click_cap, row.targets});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<std::vector<LinkRow>> list_links(Database& database, const LinkFilter& filter) {
  auto parameters = matching(filter);
  parameters.emplace_back(filter.limit);
  parameters.emplace_back(filter.offset);
  return read_all<LinkRow>(
      database.query(select("where " + std::string(kMatches) + "order by l.id desc limit $6 offset $7"), parameters),
      read);
}

Result<std::int64_t> count_links(Database& database, const LinkFilter& filter) {
  return read_count(database.query("select count(*) from links l where " + std::string(kMatches), matching(filter)));
}

}  // namespace footfall::core
