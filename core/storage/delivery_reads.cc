// What people and the metrics read of deliveries.
#include "core/storage/arrays.h"
#include "core/storage/row_reader.h"
#include "core/storage/webhook_deliveries.h"

namespace footfall::core {
namespace {

constexpr std::string_view kSelect =
    "select d.public_id, v.public_id, e.public_id, v.type, v.subject, d.status, d.is_test, d.attempts, "
    "(extract(epoch from v.created_at) * 1000000)::bigint, "
    "case when d.status = 'waiting' then (extract(epoch from d.next_attempt_at) * 1000000)::bigint end, "
    "(extract(epoch from d.finished_at) * 1000000)::bigint, t.status, t.error, e.account_id, e.mode "
    "from webhook_deliveries d join webhook_events v on v.id = d.event_id "
    "join webhook_endpoints e on e.id = d.endpoint_id "
    "left join lateral (select status, error from webhook_attempts where delivery_id = d.id "
    "order by number desc limit 1) t on true where ";
constexpr std::string_view kOfEndpoint = "endpoint_id = $1 and ($2::text is null or status = $2)";

DeliveryRow read(RowReader& in) {
  DeliveryRow row;
  row.public_id = in.text();
  row.event_public_id = in.text();
  row.endpoint_public_id = in.text();
  row.type = in.text();
  row.subject = in.text();
  row.status = in.text();
  row.is_test = in.flag();
  row.attempts = in.integer();
  row.created_us = in.integer();
  row.next_attempt_us = in.optional_integer();
  row.finished_us = in.optional_integer();
  row.last_status = in.optional_integer();
  row.last_error = in.optional_text();
  row.account = in.id<wire::AccountId>();
  row.mode = in.mode();
  return row;
}

}  // namespace

Result<std::vector<DeliveryRow>> list_deliveries(Database& database, const DeliveryFilter& filter) {
  return read_all<DeliveryRow>(
      database.query(std::string(kSelect) + "d.id in (select id from webhook_deliveries where " +
                         std::string(kOfEndpoint) + " order by id desc limit $3 offset $4) order by d.id desc",
                     {filter.endpoint.value, filter.status, filter.limit, filter.offset}),
      read);
}

Result<std::int64_t> count_deliveries(Database& database, const DeliveryFilter& filter) {
  auto rows = database.query("select count(*) from webhook_deliveries where " + std::string(kOfEndpoint),
                             {filter.endpoint.value, filter.status});
  if (!rows) return Failure(rows.error());
  return rows->integer(0, 0);
}

Result<DeliveryRow> load_delivery(Database& database, const Scope& scope, std::string_view public_id,
                                  EndpointKind kind) {
  return read_one<DeliveryRow>(
      database.query(std::string(kSelect) + "d.public_id = $1 and e.status <> 'deleted' and " + "e.kind = '" +
                         std::string(kind_name(kind)) + "'" + scope_condition("e.account_id", "e.mode"),
                     scope_parameters(public_id, scope)),
      read, "there is no delivery \"" + std::string(public_id) + "\"; see webhook deliveries");
}

Result<std::vector<std::string>> ended_deliveries(Database& database, const std::vector<std::string>& public_ids) {
  return read_all<std::string>(
      database.query(
          "select x.id from unnest($1::text[]) as x (id) where not exists (select 1 from webhook_deliveries d "
          "where d.public_id = x.id and d.status = 'waiting')",
          {text_array(public_ids)}),
      [](RowReader& in) { return in.text(); });
}

Result<std::string> body_of_delivery(Database& database, std::string_view public_id) {
  return read_one<std::string>(
      database.query("select v.body from webhook_deliveries d join webhook_events v on v.id = d.event_id "
                     "where d.public_id = $1",
                     {public_id}),
      [](RowReader& in) { return in.text(); }, "there is no such delivery any more");
}

Result<std::vector<AttemptRow>> attempts_of_delivery(Database& database, std::string_view public_id) {
  return read_all<AttemptRow>(
      database.query("select t.number, (extract(epoch from t.started_at) * 1000000)::bigint, t.duration_us, t.status, "
                     "t.error from webhook_attempts t join webhook_deliveries d on d.id = t.delivery_id "
                     "where d.public_id = $1 order by t.number",
                     {public_id}),
      [](RowReader& in) {
        AttemptRow row;
        row.number = static_cast<int>(in.integer());
        row.started_us = in.integer();
        row.duration_us = in.integer();
        row.status = in.optional_integer();
        row.error = in.optional_text();
        return row;
      });
}

Result<std::vector<EndpointQueue>> delivery_queues(Database& database) {
  return read_all<EndpointQueue>(
      database.query("select e.id, q.waiting, case when e.paused_until > now() then 0 else "
                     "greatest(0, extract(epoch from now() - q.oldest) * 1000000)::bigint end "
                     "from (select endpoint_id, count(*) as waiting, min(next_attempt_at) as oldest "
                     "from webhook_deliveries where status = 'waiting' and not is_test group by endpoint_id) q "
                     "join webhook_endpoints e on e.id = q.endpoint_id"),
      [](RowReader& in) {
        EndpointQueue queue;
        queue.endpoint = in.id<WebhookId>();
        queue.waiting = in.integer();
        queue.overdue_us = in.integer();
        return queue;
      });
}

Result<std::int64_t> trim_webhook_events(Database& database, std::int64_t created_before_us) {
  // The oldest rows have the lowest ids, so that the time needs no index.
  auto rows = database.query(
      "delete from webhook_events where id in (select id from (select id, created_at from webhook_events order by id "
      "limit 10000) oldest where created_at < $1)",
      {timestamp_us(created_before_us)});
  if (!rows) return Failure(rows.error());
  return rows->affected();
}

}  // namespace footfall::core
