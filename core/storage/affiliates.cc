// Lists and counts share one condition with a parameter for each member of the filter, where null does not restrict.
#include "core/storage/affiliates.h"

#include "core/domain/identifiers.h"
#include "core/storage/arrays.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::string_view kSelect =
    "select f.id, f.public_id, f.account_id, a.public_id, f.mode, f.email, f.name, f.status, "
    "(extract(epoch from f.created_at) * 1000000)::bigint from affiliates f join accounts a on a.id = f.account_id ";

constexpr std::string_view kMatches =
    "($1::bigint is null or f.account_id = $1) and ($2::bigint is null or exists (select 1 from enrolments e "
    "where e.affiliate_id = f.id and e.campaign_id = $2 and ($3::text is null or (e.status = $3 and "
    "($3 <> 'active' or f.status = 'active'))) and ($4 = 'f' or (e.status <> 'removed' and f.status <> 'erased')))) "
    "and ($5::text is null or f.status = $5) and ($6::text is null or f.mode = $6) "
    "and ($7::text is null or lower(f.email) = lower($7)) ";

std::vector<Param> matching(const AffiliateFilter& filter) {
  return {id_or_null(filter.account),
          id_or_null(filter.campaign),
          filter.standing,
          filter.without_removed ? "t" : "f",
          filter.status,
          mode_or_null(filter.mode),
          filter.email};
}

AffiliateRow read(RowReader& reader) {
  AffiliateRow row;
  row.id = reader.id<wire::AffiliateId>();
  row.public_id = reader.text();
  row.account = reader.id<wire::AccountId>();
  row.account_public_id = reader.text();
  row.mode = reader.mode();
  row.email = reader.text();
  row.name = reader.text();
  row.status = reader.text();
  row.created_us = reader.integer();
  return row;
}

std::string select(std::string_view tail) { return std::string(kSelect) + std::string(tail); }

}  // namespace

Result<void> insert_affiliate(Database& database, AffiliateRow& row) {
  auto rows = database.query(
      "insert into affiliates (public_id, account_id, mode, email, name, status) values ($1, $2, $3, $4, $5, $6) "
      "returning id, (extract(epoch from created_at) * 1000000)::bigint",
      {row.public_id, row.account.value, mode_name(row.mode), row.email, row.name, row.status});
  if (!rows) return Failure(rows.error());
  row.id.value = static_cast<std::uint64_t>(rows->integer(0, 0));
  row.created_us = rows->integer(0, 1);
  return {};
}

Result<AffiliateRow> load_affiliate(Database& database, const Scope& scope, std::string_view public_id,
                                    bool for_update) {
  static const std::string found = "where f.public_id = $1" + scope_condition("f.account_id", "f.mode", "f.id");
  return read_one<AffiliateRow>(
      database.query(select(for_update ? found + "for update of f" : found), scope_parameters(public_id, scope)), read,
      "there is no affiliate \"" + std::string(public_id) + "\"; see affiliate list");
}

Result<std::vector<AffiliateRow>> load_affiliates(Database& database, const std::vector<std::uint64_t>& ids) {
  return read_all<AffiliateRow>(database.query(select("where f.id = any($1::bigint[])"), {integer_array(ids)}), read);
}

Result<std::optional<AffiliateRow>> find_affiliate_by_email(Database& database, wire::AccountId account,
                                                            wire::Mode mode, std::string_view email) {
  return read_optional<AffiliateRow>(
      database.query(select("where f.account_id = $1 and f.mode = $2 and lower(f.email) = lower($3)"),
                     {account.value, mode_name(mode), tidy_identifier(email)}),
      read);
}

Result<void> store_affiliate(Database& database, const AffiliateRow& row) {
  auto rows = database.query("update affiliates set email = $2, name = $3, status = $4 where id = $1",
                             {row.id.value, row.email, row.name, row.status});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<std::vector<AffiliateRow>> list_affiliates(Database& database, const AffiliateFilter& filter) {
  auto parameters = matching(filter);
  parameters.emplace_back(filter.limit);
  parameters.emplace_back(filter.offset);
  return read_all<AffiliateRow>(
      database.query(select("where " + std::string(kMatches) + "order by f.id desc limit $8 offset $9"), parameters),
      read);
}

Result<std::int64_t> count_affiliates(Database& database, const AffiliateFilter& filter) {
  auto rows = database.query("select count(*) from affiliates f where " + std::string(kMatches), matching(filter));
  return read_count(rows);
}

}  // namespace footfall::core
