#include "core/storage/accounts.h"

#include "core/storage/account_columns.h"

namespace footfall::core {

AccountRow read_account(RowReader& reader) {
  AccountRow row;
  row.id = reader.id<wire::AccountId>();
  row.public_id = reader.text();
  row.dialect = wire::parse_dialect(reader.text()).value_or(wire::Dialect::none);
  row.name = reader.text();
  row.contact_email = reader.optional_text();
  row.plan = reader.text();
  row.status = reader.text();
  row.link_host = reader.text();
  row.currency = reader.text();
  row.time_zone = reader.text();
  row.policy = reader.text();
  row.created_us = reader.integer();
  return row;
}

namespace {

std::string select(std::string_view tail) {
  return "select " + std::string(kAccountColumns) + " from accounts a " + std::string(tail);
}

}  // namespace

Result<void> insert_account(Database& database, AccountRow& row) {
  auto rows = database.query(
      "insert into accounts (public_id, dialect, name, contact_email, plan, status, link_host, currency, time_zone, "
      "policy) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
      "returning id, (extract(epoch from created_at) * 1000000)::bigint",
      {row.public_id, wire::dialect_name(row.dialect), row.name, row.contact_email, row.plan, row.status, row.link_host,
       row.currency, row.time_zone, row.policy});
  if (!rows) return Failure(rows.error());
  row.id.value = static_cast<std::uint64_t>(rows->integer(0, 0));
  row.created_us = rows->integer(0, 1);
  return {};
}

Result<AccountRow> load_account(Database& database, wire::AccountId id) {
  return read_one<AccountRow>(database.query(select("where id = $1"), {id.value}), read_account,
                              "there is no account number " + std::to_string(id.value));
}

Result<AccountRow> load_account(Database& database, const Scope& scope, std::string_view public_id, bool for_update) {
  static const std::string found = "where public_id = $1" + scope_condition("id", "$3");
  return read_one<AccountRow>(
      database.query(select(for_update ? found + "for update" : found), scope_parameters(public_id, scope)),
      read_account, "there is no account \"" + std::string(public_id) + "\"; see account list");
}

Result<void> store_account(Database& database, const AccountRow& row) {
  auto rows = database.query(
      "update accounts set name = $2, contact_email = $3, plan = $4, status = $5, link_host = $6, currency = $7, "
      "time_zone = $8, policy = $9 where id = $1",
      {row.id.value, row.name, row.contact_email, row.plan, row.status, row.link_host, row.currency, row.time_zone,
       row.policy});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<std::vector<AccountRow>> list_accounts(Database& database, int limit, std::int64_t offset) {
  return read_all<AccountRow>(database.query(select("order by id desc limit $1 offset $2"), {limit, offset}),
                              read_account);
}

}  // namespace footfall::core
