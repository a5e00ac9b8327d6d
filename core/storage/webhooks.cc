// Every statement joins the account, because the caller has to know its dialect. Deleted rows are left out everywhere.
#include "core/storage/webhooks.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>

#include "core/storage/arrays.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr std::string_view kSelect =
    "select w.id, w.public_id, w.account_id, a.public_id, a.dialect, w.mode, w.url, w.description, "
    "array_to_json(w.events)::text, w.sealed_secret, w.status, w.disabled_reason, w.failures_in_row, "
    "(extract(epoch from w.paused_until) * 1000000)::bigint, (extract(epoch from w.created_at) * 1000000)::bigint, "
    "(extract(epoch from w.disabled_at) * 1000000)::bigint, w.kind, w.campaign_id, k.public_id, w.affiliate_id, "
    "f.public_id from webhook_endpoints w join accounts a on a.id = w.account_id "
    "left join campaigns k on k.id = w.campaign_id left join affiliates f on f.id = w.affiliate_id "
    "where w.status <> 'deleted' and ";

std::vector<std::string> names_of(const std::string& json) {
  std::vector<std::string> names;
  boost::system::error_code error;
  const boost::json::value parsed = boost::json::parse(json, error);
  if (error || !parsed.is_array()) return names;
  for (const auto& name : parsed.get_array()) names.emplace_back(name.get_string());
  return names;
}

WebhookRow read(RowReader& in) {
  WebhookRow row;
  row.id = in.id<WebhookId>();
  row.public_id = in.text();
  row.account = in.id<wire::AccountId>();
  row.account_public_id = in.text();
  row.account_dialect = wire::parse_dialect(in.text()).value_or(wire::Dialect::none);
  row.mode = in.mode();
  row.url = in.text();
  row.description = in.text();
  row.events = names_of(in.text());
  row.sealed_secret = in.bytes();
  row.status = in.text();
  row.disabled_reason = in.optional_text();
  row.failures_in_row = in.integer();
  row.paused_until_us = in.optional_integer();
  row.created_us = in.integer();
  row.disabled_us = in.optional_integer();
  row.kind = in.text() == kind_name(EndpointKind::postback) ? EndpointKind::postback : EndpointKind::webhook;
  row.campaign = in.id<wire::CampaignId>();
  row.campaign_public_id = in.text();
  row.affiliate = in.id<wire::AffiliateId>();
  row.affiliate_public_id = in.text();
  return row;
}

std::string select(std::string_view condition) { return std::string(kSelect) + std::string(condition); }

}  // namespace

std::string_view kind_name(EndpointKind kind) { return kind == EndpointKind::postback ? "postback" : "webhook"; }

bool WebhookRow::wants(std::string_view type) const {
  return events.empty() || std::find(events.begin(), events.end(), type) != events.end();
}

Result<void> insert_webhook(Database& database, WebhookRow& row) {
  auto rows = database.query(
      "insert into webhook_endpoints (public_id, account_id, mode, url, description, events, sealed_secret, kind, "
      "campaign_id, affiliate_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
      "returning id, (extract(epoch from created_at) * 1000000)::bigint",
      {row.public_id, row.account.value, mode_name(row.mode), row.url, row.description, text_array(row.events),
       row.sealed_secret.empty() ? Param(std::nullopt) : bytea(row.sealed_secret), kind_name(row.kind),
       id_or_null(row.campaign), id_or_null(row.affiliate)});
  if (!rows) return Failure(rows.error());
  row.id.value = static_cast<std::uint64_t>(rows->integer(0, 0));
  row.created_us = rows->integer(0, 1);
  return {};
}

Result<WebhookRow> load_webhook(Database& database, const Scope& scope, std::string_view public_id, bool for_update,
                                EndpointKind kind) {
  const std::string found = "w.kind = '" + std::string(kind_name(kind)) + "' and w.public_id = $1" +
                            scope_condition("w.account_id", "w.mode");
  return read_one<WebhookRow>(
      database.query(select(for_update ? found + "for update of w" : found), scope_parameters(public_id, scope)), read,
      "there is no " + std::string(kind == EndpointKind::webhook ? "webhook endpoint" : "postback") + " \"" +
          std::string(public_id) + "\"");
}

Result<WebhookRow> load_webhook(Database& database, WebhookId id, bool for_update) {
  return read_one<WebhookRow>(
      database.query(select(for_update ? "w.id = $1 for update of w" : "w.id = $1"), {id.value}), read,
      "the webhook endpoint was deleted");
}

Result<std::vector<WebhookRow>> lock_webhooks_after(Database& database, WebhookId after, int limit) {
  return read_all<WebhookRow>(
      database.query(select("w.kind = 'webhook' and w.id > $1 order by w.id limit $2 for update of w"),
                     {after.value, limit}),
      read);
}

Result<void> store_webhook(Database& database, const WebhookRow& row) {
  return done(database.query(
      "update webhook_endpoints set url = $2, description = $3, events = $4, sealed_secret = $5 where id = $1",
      {row.id.value, row.url, row.description, text_array(row.events), bytea(row.sealed_secret)}));
}

Result<void> enable_webhook_row(Database& database, WebhookId id) {
  return done(
      database.query("update webhook_endpoints set status = 'active', disabled_reason = null, disabled_at = null, "
                     "failures_in_row = 0, paused_until = null where id = $1",
                     {id.value}));
}

Result<std::int64_t> stop_webhook_row(Database& database, WebhookId id, std::string_view status,
                                      std::string_view reason) {
  auto stopped = database.query(
      "update webhook_endpoints set status = $2, disabled_reason = $3, disabled_at = now() where id = $1",
      {id.value, status, reason});
  if (!stopped) return Failure(stopped.error());
  auto cancelled = database.query(
      "update webhook_deliveries set status = 'cancelled', finished_at = now() "
      "where endpoint_id = $1 and status = 'waiting'",
      {id.value});
  if (!cancelled) return Failure(cancelled.error());
  return cancelled->affected();
}

Result<std::vector<WebhookRow>> list_webhooks(Database& database, const WebhookFilter& filter) {
  return read_all<WebhookRow>(
      database.query(
          select("($1::bigint is null or w.account_id = $1) and ($2::text is null or w.mode = $2) "
                 "and w.kind = $5 order by w.id desc limit $3 offset $4"),
          {id_or_null(filter.account), mode_or_null(filter.mode), filter.limit, filter.offset, kind_name(filter.kind)}),
      read);
}

Result<std::int64_t> count_webhooks(Database& database, const WebhookFilter& filter) {
  auto rows = database.query(
      "select count(*) from webhook_endpoints where status <> 'deleted' and ($1::bigint is null or account_id = $1) "
      "and ($2::text is null or mode = $2) and kind = $3",
      {id_or_null(filter.account), mode_or_null(filter.mode), kind_name(filter.kind)});
  if (!rows) return Failure(rows.error());
  return rows->integer(0, 0);
}

Result<std::vector<WebhookRow>> active_webhooks(Database& database, const std::vector<std::uint64_t>& accounts) {
  return read_all<WebhookRow>(
      database.query(select("w.status = 'active' and w.account_id = any($1::bigint[]) order by w.id"),
                     {integer_array(accounts)}),
      read);
}

Result<void> note_webhook_success(Database& database, WebhookId id) {
  return done(database.query("update webhook_endpoints set failures_in_row = 0 where id = $1 and failures_in_row > 0",
                             {id.value}));
}

Result<std::int64_t> note_webhook_failure(Database& database, WebhookId id) {
  auto rows = database.query(
      "update webhook_endpoints set failures_in_row = failures_in_row + 1 where id = $1 returning failures_in_row",
      {id.value});
  if (!rows) return Failure(rows.error());
  return rows->empty() ? 0 : rows->integer(0, 0);
}

Result<void> pause_webhook(Database& database, WebhookId id, std::int64_t pause_us) {
  return done(
      database.query("update webhook_endpoints set paused_until = greatest(paused_until, now() + $2 * interval "
                     "'1 microsecond') where id = $1",
                     {id.value, pause_us}));
}

}  // namespace footfall::core
