// Storing events and the deliveries' way from "waiting" to their end. What people read of them is in
// delivery_reads.cc. Taking finds the endpoints for which something waits by jumping from one to the next in the index,
// so that the backlog of one costs the others nothing; locked rows are passed over, so that processes take different
// ones. Accounts take turns: the first of each comes before the second of any.
#include "core/storage/webhook_deliveries.h"

#include "core/storage/json_recordset.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

// The lock on the endpoints makes sure that one which is being disabled gets nothing after its queue was emptied.
constexpr std::string_view kInsertEvents = R"sql(
with given as materialized (
  select * from json_to_recordset($1) as x (public_id text, account_id bigint, mode text, type text, subject text,
    body text, is_test boolean, deliveries json)),
targets as materialized (
  select g.public_id as event, g.is_test, e.id as endpoint, n.delivery
    from given g cross join lateral json_to_recordset(g.deliveries) as n (endpoint bigint, delivery text)
    join webhook_endpoints e on e.id = n.endpoint
   where e.status = 'active' or (g.is_test and e.status <> 'deleted') for share of e),
stored as (
  insert into webhook_events (public_id, account_id, mode, type, subject, body)
  select public_id, account_id, mode, type, subject, body from given
   where public_id in (select event from targets) returning id, public_id)
insert into webhook_deliveries (public_id, event_id, endpoint_id, is_test)
select t.delivery, s.id, t.endpoint, t.is_test from targets t join stored s on s.public_id = t.event)sql";

// $1: what is under way, $2: attempts at once to an endpoint, $3: in all, $4: the lease, $5: to an account.
constexpr std::string_view kTakeDue = R"sql(
with recursive waiting as (
  (select endpoint_id from webhook_deliveries where status = 'waiting' order by endpoint_id limit 1)
  union all
  select (select d.endpoint_id from webhook_deliveries d where d.status = 'waiting' and d.endpoint_id > w.endpoint_id
           order by d.endpoint_id limit 1)
    from waiting w where w.endpoint_id is not null),
busy as materialized (
  select e.id, e.account_id, x.attempts from json_to_recordset($1) as x (endpoint bigint, attempts int)
    join webhook_endpoints e on e.id = x.endpoint),
room as materialized (
  select e.id, e.account_id, coalesce(b.attempts, 0) as under_way, $2::int - coalesce(b.attempts, 0) as tests,
         case when e.status <> 'active' or e.paused_until > now() then 0
              when e.failures_in_row > 0 then 1 else $2::int end - coalesce(b.attempts, 0) as events
    from waiting w join webhook_endpoints e on e.id = w.endpoint_id left join busy b on b.id = e.id),
tests as materialized (
  select r.*, d.id as delivery, d.next_attempt_at, true as is_test from room r cross join lateral (
    select d.id, d.next_attempt_at from webhook_deliveries d
     where d.endpoint_id = r.id and d.status = 'waiting' and d.is_test and d.next_attempt_at <= now()
     order by d.next_attempt_at limit greatest(0, r.tests) for update skip locked) d),
events as materialized (
  select r.*, d.id as delivery, d.next_attempt_at, false as is_test from room r cross join lateral (
    select d.id, d.next_attempt_at from webhook_deliveries d
     where d.endpoint_id = r.id and d.status = 'waiting' and not d.is_test and d.next_attempt_at <= now()
     order by d.next_attempt_at limit greatest(0, r.events) for update skip locked) d),
of_endpoint as (
  select *, row_number() over (partition by id order by is_test desc, next_attempt_at) as place
    from (select * from tests union all select * from events) found),
of_account as (
  select *, coalesce((select sum(attempts) from busy b where b.account_id = o.account_id), 0) +
            row_number() over (partition by account_id order by under_way, place, next_attempt_at) as place_in_account
    from of_endpoint o where place <= case when is_test then tests else events end),
due as (
  select delivery from of_account where place_in_account <= $5
   order by place_in_account, next_attempt_at limit $3)
update webhook_deliveries d
   set attempts = d.attempts + 1, next_attempt_at = now() + $4 * interval '1 microsecond'
  from webhook_events v, webhook_endpoints e, accounts a
 where d.id in (select delivery from due) and v.id = d.event_id and e.id = d.endpoint_id and a.id = e.account_id
returning d.id, d.attempts, d.attempts - d.attempts_before, d.is_test, v.public_id, v.type, v.subject, v.body, e.id,
  e.public_id, e.account_id, a.dialect, e.mode, e.url, e.sealed_secret, e.kind)sql";

constexpr std::string_view kRepeat =
    "update webhook_deliveries set status = 'waiting', attempts_before = attempts, next_attempt_at = now(), "
    "finished_at = null where ";

Result<void> resume(Database& database, WebhookId endpoint) {
  auto rows = database.query("update webhook_endpoints set paused_until = null where id = $1", {endpoint.value});
  if (!rows) return Failure(rows.error());
  return {};
}

DueDelivery read_due(RowReader& in) {
  DueDelivery due;
  due.id = in.integer();
  due.attempt = static_cast<int>(in.integer());
  due.attempt_of_round = static_cast<int>(in.integer());
  due.is_test = in.flag();
  due.event_public_id = in.text();
  due.type = in.text();
  due.subject = in.text();
  due.body = in.text();
  due.endpoint.id = in.id<WebhookId>();
  due.endpoint.public_id = in.text();
  due.endpoint.account = in.id<wire::AccountId>();
  due.endpoint.account_dialect = wire::parse_dialect(in.text()).value_or(wire::Dialect::none);
  due.endpoint.mode = in.mode();
  due.endpoint.url = in.text();
  due.endpoint.sealed_secret = in.bytes();
  due.endpoint.kind = in.text() == kind_name(EndpointKind::postback) ? EndpointKind::postback : EndpointKind::webhook;
  return due;
}

// One statement, so that nobody reads a delivery that has ended and has no attempt yet. Its parameters: the delivery,
// the number of the attempt, its start, duration, status and error; the change's own parameter is $7.
std::string settling(std::string_view change) {
  return "with settled as (update webhook_deliveries set " + std::string(change) +
         " where id = $1 and attempts = $2 and status = 'waiting' returning id) "
         "insert into webhook_attempts (delivery_id, number, started_at, duration_us, status, error) "
         "select id, $2, $3, $4, $5, $6 from settled";
}

Result<bool> was_settled(Result<Rows> written) {
  if (!written) return Failure(written.error());
  return written->affected() > 0;
}

}  // namespace

Result<void> insert_webhook_events(Database& database, const std::vector<NewWebhookEvent>& events) {
  JsonRecordset given;
  for (const NewWebhookEvent& event : events) {
    JsonRecordset deliveries;
    for (const WebhookId& endpoint : event.to) {
      deliveries.row();
      deliveries.id_or_null("endpoint", endpoint);
      deliveries.text("delivery",
                      event.delivery_public_id.empty() ? wire::new_public_id("whd_") : event.delivery_public_id);
    }
    given.row();
    given.text("public_id", event.public_id);
    given.id_or_null("account_id", event.account);
    given.text("mode", mode_name(event.mode));
    given.text("type", event.type);
    given.text("subject", event.subject);
    given.text("body", event.body);
    given.flag("is_test", event.is_test);
    given.raw("deliveries", deliveries.array());
  }
  auto rows = database.query(kInsertEvents, {given.array()});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<void> repeat_delivery(Database& database, WebhookId endpoint, std::string_view public_id) {
  if (auto resumed = resume(database, endpoint); !resumed) return resumed;
  auto rows = database.query(std::string(kRepeat) + "public_id = $1", {public_id});
  if (!rows) return Failure(rows.error());
  return {};
}

Result<std::int64_t> repeat_failed_deliveries(Database& database, WebhookId endpoint, int limit) {
  if (auto resumed = resume(database, endpoint); !resumed) return Failure(resumed.error());
  auto rows = database.query(std::string(kRepeat) +
                                 "id in (select id from webhook_deliveries where endpoint_id = $1 and not is_test "
                                 "and status in ('failed', 'cancelled') order by id limit $2)",
                             {endpoint.value, limit});
  if (!rows) return Failure(rows.error());
  return rows->affected();
}

Result<std::vector<DueDelivery>> take_due_deliveries(Database& database, const TakeLimits& limits) {
  JsonRecordset busy;
  for (const BusyEndpoint& endpoint : limits.busy) {
    busy.row();
    busy.id_or_null("endpoint", endpoint.endpoint);
    busy.integer("attempts", endpoint.attempts);
  }
  return read_all<DueDelivery>(
      database.query(kTakeDue, {busy.array(), limits.per_endpoint, limits.total, limits.lease_us, limits.per_account}),
      read_due);
}

Result<bool> end_delivery(Database& database, std::int64_t id, const AttemptRow& attempt, std::string_view status) {
  static const std::string sql = settling("status = $7, finished_at = now()");
  return was_settled(database.query(sql, {id, attempt.number, timestamp_us(attempt.started_us), attempt.duration_us,
                                          attempt.status, attempt.error, status}));
}

Result<bool> postpone_delivery(Database& database, std::int64_t id, const AttemptRow& attempt, std::int64_t delay_us) {
  static const std::string sql = settling("next_attempt_at = now() + $7 * interval '1 microsecond'");
  return was_settled(database.query(sql, {id, attempt.number, timestamp_us(attempt.started_us), attempt.duration_us,
                                          attempt.status, attempt.error, delay_us}));
}

Result<void> give_back_delivery(Database& database, std::int64_t id, int attempt, std::int64_t delay_us) {
  auto rows = database.query(
      "update webhook_deliveries set attempts = attempts - 1, next_attempt_at = now() + $3 * interval '1 microsecond' "
      "where id = $1 and attempts = $2 and status = 'waiting'",
      {id, attempt, delay_us});
  if (!rows) return Failure(rows.error());
  return {};
}

}  // namespace footfall::core
