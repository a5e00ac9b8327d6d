// A key is read with the public id of its account, and where a request presents it also with the account itself and the
// versions of both rows. The versions are raised by a trigger of each table, so no change can forget them.
#include "core/storage/api_keys.h"

#include "core/storage/account_columns.h"
#include "core/storage/json_recordset.h"

namespace footfall::core {
namespace {

constexpr std::string_view kMatches =
    "($1::bigint is null or k.account_id = $1) and ($2::text is null or k.mode = $2) ";

constexpr std::string_view kColumns =
    "k.id, k.public_id, k.account_id, a.public_id, k.kind, k.mode, k.name, k.shown, k.hash, k.limits::text, "
    "k.imported, (extract(epoch from k.created_at) * 1000000)::bigint, "
    "(extract(epoch from k.revoked_at) * 1000000)::bigint, k.origin_hosts";
constexpr std::string_view kTables = " from api_keys k join accounts a on a.id = k.account_id ";

ApiKeyRow read(RowReader& reader) {
  ApiKeyRow row;
  row.id = reader.id<wire::KeyId>();
  row.public_id = reader.text();
  row.account = reader.id<wire::AccountId>();
  row.account_public_id = reader.text();
  row.kind = parse_key_kind(reader.text()).value_or(KeyKind::secret_key);
  row.mode = reader.mode();
  row.name = reader.text();
  row.shown = reader.text();
  row.hash = reader.bytes();
  row.limits = reader.text();
  row.imported = reader.flag();
  row.created_us = reader.integer();
  row.revoked_us = reader.optional_integer();
  row.origin_hosts = reader.text();
  return row;
}

KeyStamp read_stamp(RowReader& reader) {
  KeyStamp stamp;
  stamp.key = reader.id<wire::KeyId>();
  stamp.key_version = reader.integer();
  stamp.account_version = reader.integer();
  return stamp;
}

std::string select(std::string_view tail) {
  return "select " + std::string(kColumns) + std::string(kTables) + std::string(tail);
}

}  // namespace

Result<void> insert_api_key(Database& database, ApiKeyRow& row) {
  auto rows = database.query(
      "insert into api_keys (public_id, account_id, kind, mode, name, shown, hash, limits, imported, origin_hosts) "
      "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id, (extract(epoch from created_at) * "
      "1000000)::bigint",
      {row.public_id, row.account.value, key_kind_name(row.kind), mode_name(row.mode), row.name, row.shown,
       bytea(row.hash), row.limits, row.imported, row.origin_hosts});
  if (!rows) return Failure(rows.error());
  row.id.value = static_cast<std::uint64_t>(rows->integer(0, 0));
  row.created_us = rows->integer(0, 1);
  return {};
}

Result<ApiKeyRow> load_api_key(Database& database, const Scope& scope, std::string_view public_id, bool for_update) {
  static const std::string found = "where k.public_id = $1" + scope_condition("k.account_id", "k.mode");
  return read_one<ApiKeyRow>(
      database.query(select(for_update ? found + "for update of k" : found), scope_parameters(public_id, scope)), read,
      "there is no key \"" + std::string(public_id) + "\"; see key list");
}

Result<std::optional<ApiKeyRow>> find_api_key_by_hash(Database& database, std::string_view hash) {
  return read_optional<ApiKeyRow>(database.query(select("where k.hash = $1"), {bytea(hash)}), read);
}

Result<std::optional<KeyHolder>> find_key_holder(Database& database, std::string_view hash) {
  static const std::string sql = "select " + std::string(kColumns) + ", " + std::string(kAccountColumns) +
                                 ", k.id, k.version, a.version" + std::string(kTables) + "where k.hash = $1";
  return read_optional<KeyHolder>(database.query(sql, {bytea(hash)}), [](RowReader& reader) {
    KeyHolder holder;
    holder.key = read(reader);
    holder.account = read_account(reader);
    holder.stamp = read_stamp(reader);
    return holder;
  });
}

Result<std::set<KeyStamp>> current_stamps(Database& database, const std::set<KeyStamp>& stamps) {
  if (stamps.empty()) return std::set<KeyStamp>();
  JsonRecordset seen;
  for (const KeyStamp& stamp : stamps) {
    seen.row();
    seen.id_or_null("key", stamp.key);
    seen.integer("key_version", stamp.key_version);
    seen.integer("account_version", stamp.account_version);
  }
  static const std::string sql =
      "select k.id, k.version, a.version" + std::string(kTables) +
      "join json_to_recordset($1) as s (key bigint, key_version bigint, account_version bigint) "
      "on s.key = k.id and s.key_version = k.version and s.account_version = a.version";
  auto rows = database.query(sql, {seen.array()});
  if (!rows) return Failure(rows.error());
  std::set<KeyStamp> current;
  for (int r = 0; r < rows->size(); ++r) {
    RowReader reader(*rows, r);
    current.insert(read_stamp(reader));
  }
  return current;
}

Result<void> store_key_limits(Database& database, wire::KeyId id, std::string_view limits) {
  auto rows = database.query("update api_keys set limits = $2 where id = $1", {id.value, limits});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<void> store_key_origins(Database& database, wire::KeyId id, std::string_view origin_hosts) {
  return done(database.query("update api_keys set origin_hosts = $2 where id = $1", {id.value, origin_hosts}));
}

Result<void> store_key_revocation(Database& database, wire::KeyId id) {
  auto rows = database.query("update api_keys set revoked_at = coalesce(revoked_at, now()) where id = $1", {id.value});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<std::vector<ApiKeyRow>> list_api_keys(Database& database, const ApiKeyFilter& filter) {
  return read_all<ApiKeyRow>(
      database.query(
          select("where " + std::string(kMatches) +
                 "and (not $5::boolean or k.revoked_at is null) order by k.id desc limit $3 offset $4"),
          {id_or_null(filter.account), mode_or_null(filter.mode), filter.limit, filter.offset, filter.active_only}),
      read);
}

Result<std::int64_t> count_api_keys(Database& database, const ApiKeyFilter& filter) {
  return read_count(database.query("select count(*) from api_keys k where " + std::string(kMatches) +
                                       "and (not $3::boolean or k.revoked_at is null)",
                                   {id_or_null(filter.account), mode_or_null(filter.mode), filter.active_only}));
}

}  // namespace footfall::core
