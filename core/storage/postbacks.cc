// Endpoints are read by their public id, which is what stands in the path of a callback. The log of what they received
// only grows; upkeep trims it by age.
#include "core/storage/postbacks.h"

#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::string_view kEndpoints =
    "select p.id, p.public_id, p.account_id, a.public_id, p.name, p.kind = 'primary', p.key_less, p.goal, "
    "p.disabled_at is not null, (extract(epoch from p.created_at) * 1000000)::bigint "
    "from postback_endpoints p join accounts a on a.id = p.account_id ";

PostbackEndpoint read_endpoint(RowReader& in) {
  PostbackEndpoint endpoint;
  endpoint.id = in.integer();
  endpoint.public_id = in.text();
  endpoint.account = in.id<wire::AccountId>();
  endpoint.account_public_id = in.text();
  endpoint.name = in.text();
  endpoint.primary = in.flag();
  endpoint.key_less = in.flag();
  endpoint.goal = in.optional_text();
  endpoint.disabled = in.flag();
  endpoint.created_us = in.integer();
  return endpoint;
}

PostbackEntry read_entry(RowReader& in) {
  PostbackEntry entry;
  entry.id = in.integer();
  entry.endpoint_id = in.integer();
  entry.received_us = in.integer();
  entry.method = in.text();
  entry.parameters = in.text();
  entry.client = in.text();
  entry.status = static_cast<int>(in.integer());
  entry.outcome = in.text();
  entry.message = in.text();
  entry.conversion_id = in.optional_text();
  entry.request_id = in.text();
  return entry;
}

}  // namespace

Result<void> insert_postback_endpoint(Database& database, PostbackEndpoint& endpoint) {
  auto rows = database.query(
      "insert into postback_endpoints (public_id, account_id, name, kind, key_less, goal) values ($1, $2, $3, $4, "
      "$5, $6) "
      "returning id, (extract(epoch from created_at) * 1000000)::bigint",
      {endpoint.public_id, endpoint.account.value, endpoint.name, endpoint.primary ? "primary" : "secondary",
       endpoint.key_less, endpoint.goal});
  if (!rows) return Failure(rows.error());
  endpoint.id = rows->integer(0, 0);
  endpoint.created_us = rows->integer(0, 1);
  return {};
}

Result<std::optional<PostbackEndpoint>> find_postback_endpoint(Database& database, const Scope& scope,
                                                               std::string_view public_id) {
  auto rows = read_all<PostbackEndpoint>(
      database.query(std::string(kEndpoints) + "where p.public_id = $1 and p.disabled_at is null" +
                         scope_condition("p.account_id", "'live'"),
                     scope_parameters(public_id, scope)),
      read_endpoint);
  if (!rows) return Failure(rows.error());
  if (rows->empty()) return std::nullopt;
  return std::move(rows->front());
}

Result<PostbackEndpoint> load_postback_endpoint(Database& database, const Scope& scope, std::string_view public_id) {
  return read_one<PostbackEndpoint>(
      database.query(std::string(kEndpoints) + "where p.public_id = $1" + scope_condition("p.account_id", "'live'"),
                     scope_parameters(public_id, scope)),
      read_endpoint, "no postback endpoint " + std::string(public_id) + "; see callback list");
}

Result<void> disable_postback_endpoint(Database& database, std::int64_t id) {
  auto rows =
      database.query("update postback_endpoints set disabled_at = coalesce(disabled_at, now()) where id = $1", {id});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<std::vector<PostbackEndpoint>> list_postback_endpoints(Database& database, wire::AccountId account) {
  return read_all<PostbackEndpoint>(
      database.query(std::string(kEndpoints) + "where $1::bigint is null or p.account_id = $1 order by p.id",
                     {id_or_null(account)}),
      read_endpoint);
}

Result<void> append_postback_log(Database& database, const PostbackEntry& entry) {
  auto rows = database.query(
      "insert into postback_log (endpoint_id, method, parameters, client, status, outcome, message, conversion_id, "
      "request_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
      {entry.endpoint_id, entry.method, entry.parameters, entry.client, entry.status, entry.outcome, entry.message,
       entry.conversion_id, entry.request_id});
  if (!rows) return Failure(rows.error());
  // Not with every entry: finding where the log ends reads as many index entries as it has.
  if (rows->integer(0, 0) % kPostbackLogSlack != 0) return {};
  auto trimmed = database.query(
      "delete from postback_log where endpoint_id = $1 and id <= (select id from postback_log where endpoint_id = $1 "
      "order by id desc offset $2 limit 1)",
      {entry.endpoint_id, kPostbackLogMax});
  if (!trimmed) return Failure(trimmed.error());
  return {};
}

Result<std::vector<PostbackEntry>> list_postback_log(Database& database, std::int64_t endpoint_id, int limit) {
  return read_all<PostbackEntry>(
      database.query("select id, endpoint_id, (extract(epoch from received_at) * 1000000)::bigint, method, parameters, "
                     "client, status, outcome, message, conversion_id, request_id from postback_log "
                     "where endpoint_id = $1 order by id desc limit $2",
                     {endpoint_id, limit}),
      read_entry);
}

Result<std::int64_t> trim_postback_log(Database& database, std::int64_t before_us) {
  auto rows = database.query("delete from postback_log where received_at < $1", {timestamp_us(before_us)});
  if (!rows) return Failure(rows.error());
  return rows->affected();
}

}  // namespace footfall::core
