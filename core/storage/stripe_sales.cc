// An event's lists of ids are arrays in its row, so that one index finds whatever waits for an id. Every statement is
// within one account and mode, but for the upkeep's.
#include "core/storage/stripe_sales.h"

#include <algorithm>

#include "core/storage/arrays.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

// In the order in which read_event() reads them.
constexpr std::string_view kSelect =
    "select e.account_id, e.mode, e.event_id, e.kind, e.object_id, array_to_string(e.names, ','), "
    "array_to_string(e.awaits, ','), e.amount_minor, e.currency, (extract(epoch from e.happened_at) * "
    "1000000)::bigint, "
    "e.outcome from stripe_events e ";

// No id of Stripe's has a comma.
std::vector<std::string> names_of(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    names.emplace_back(list.substr(0, list.find(',')));
    list.remove_prefix(std::min(names.back().size() + 1, list.size()));
  }
  return names;
}

StripeSaleKind kind_of(std::string_view name) {
  for (const auto kind : {StripeSaleKind::sold, StripeSaleKind::renewed, StripeSaleKind::refunded}) {
    if (name == stripe_sale_kind_name(kind)) return kind;
  }
  return StripeSaleKind::linked;
}

StripeEventRow read_event(RowReader& in) {
  StripeEventRow row;
  row.owner.account = in.id<wire::AccountId>();
  row.owner.mode = in.mode();
  row.sale.event = in.text();
  row.sale.kind = kind_of(in.text());
  row.sale.object = in.text();
  row.sale.names = names_of(in.text());
  row.awaits = names_of(in.text());
  row.sale.amount_minor = in.integer();
  row.sale.currency = in.text();
  row.sale.happened_us = in.integer();
  row.outcome = in.text();
  if (row.sale.kind == StripeSaleKind::renewed && !row.awaits.empty()) row.sale.subscription = row.awaits.front();
  return row;
}

StripeObject read_object(RowReader& in) {
  StripeObject object;
  object.id = in.text();
  object.conversion = in.id<ConversionId>();
  if (const auto click = in.optional_text()) object.click = wire::parse_uuid(*click);
  object.sold_us = in.optional_integer();
  return object;
}

}  // namespace

Result<std::optional<std::string>> find_stripe_outcome(Database& database, const StripeOwner& owner,
                                                       std::string_view event) {
  return read_optional<std::string>(
      database.query("select outcome from stripe_events where account_id = $1 and mode = $2 and event_id = $3",
                     {owner.account.value, mode_name(owner.mode), event}),
      [](RowReader& in) { return in.text(); });
}

Result<void> store_stripe_event(Database& database, const StripeEventRow& row) {
  const StripeSale& sale = row.sale;
  return done(database.query(
      "insert into stripe_events as e (account_id, mode, event_id, kind, object_id, names, awaits, amount_minor, "
      "currency, happened_at, outcome) values ($1, $2, $3, $4, $5, $6, $7, $8, nullif($9, ''), $10, $11) "
      "on conflict (account_id, mode, event_id) do update set outcome = excluded.outcome, received_at = "
      "case when e.outcome = 'waiting' then e.received_at else now() end "
      "where e.outcome in ('waiting', 'gave_way', 'given_up')",
      {row.owner.account.value, mode_name(row.owner.mode), sale.event, stripe_sale_kind_name(sale.kind), sale.object,
       text_array(sale.names), text_array(row.awaits), sale.amount_minor, sale.currency, timestamp_us(sale.happened_us),
       row.outcome}));
}

Result<std::int64_t> make_room_for_stripe_event(Database& database, const StripeOwner& owner, std::int64_t max) {
  auto rows = database.query(
      "update stripe_events set outcome = 'gave_way' where account_id = $1 and mode = $2 and outcome = 'waiting' "
      "and event_id = any (array(select event_id from stripe_events where account_id = $1 and mode = $2 and "
      "outcome = 'waiting' order by received_at desc offset $3))",
      {owner.account.value, mode_name(owner.mode), max});
  if (!rows) return Failure(rows.error());
  return rows->affected();
}

Result<std::int64_t> count_waiting_stripe_events(Database& database, const StripeOwner& owner) {
  return read_count(
      database.query("select count(*) from stripe_events where account_id = $1 and mode = $2 and outcome = 'waiting'",
                     {owner.account.value, mode_name(owner.mode)}));
}

Result<std::vector<StripeEventRow>> stripe_events_awaiting(Database& database, const StripeOwner& owner,
                                                           const std::vector<std::string>& names, int limit) {
  static const std::string sql = std::string(kSelect) +
                                 "where e.account_id = $1 and e.mode = $2 and e.outcome = 'waiting' and "
                                 "e.awaits && $3::text[] order by e.happened_at, e.received_at, e.event_id limit $4";
  return read_all<StripeEventRow>(
      database.query(sql, {owner.account.value, mode_name(owner.mode), text_array(names), limit}), read_event);
}

Result<std::vector<StripeEventRow>> ripe_stripe_events(Database& database, int limit) {
  static const std::string sql =
      std::string(kSelect) +
      "where e.outcome = 'waiting' and e.received_at < now() - interval '5 seconds' and "
      "exists (select 1 from unnest(e.awaits) n join stripe_objects o on "
      "o.account_id = e.account_id and o.mode = e.mode and o.object_id = n left join conversions c on c.id = "
      "o.conversion_id where c.unresolved_until is null) order by e.happened_at, e.received_at, e.event_id limit $1";
  return read_all<StripeEventRow>(database.query(sql, {limit}), read_event);
}

Result<std::int64_t> give_up_stripe_events(Database& database, std::int64_t before_us) {
  auto rows =
      database.query("update stripe_events set outcome = 'given_up' where outcome = 'waiting' and received_at < $1",
                     {timestamp_us(before_us)});
  if (!rows) return Failure(rows.error());
  return rows->affected();
}

Result<void> trim_stripe_events(Database& database, std::int64_t before_us, std::int64_t unused_us) {
  auto events = database.query("delete from stripe_events where received_at < $1 and outcome <> 'waiting'",
                               {timestamp_us(before_us)});
  if (!events) return Failure(events.error());
  return done(database.query("delete from stripe_objects where conversion_id is null and used_at < $1",
                             {timestamp_us(unused_us)}));
}

Result<std::optional<StripeObject>> find_stripe_object(Database& database, const StripeOwner& owner,
                                                       const std::vector<std::string>& names) {
  return read_optional<StripeObject>(
      database.query("select object_id, conversion_id, click_id::text, (extract(epoch from sold_at) * 1000000)::bigint "
                     "from stripe_objects where account_id = $1 and mode = $2 and object_id = any ($3::text[]) "
                     "order by conversion_id limit 1",
                     {owner.account.value, mode_name(owner.mode), text_array(names)}),
      read_object);
}

Result<void> note_stripe_object_used(Database& database, const StripeOwner& owner, std::string_view id) {
  return done(
      database.query("update stripe_objects set used_at = now() where account_id = $1 and mode = $2 and object_id = $3",
                     {owner.account.value, mode_name(owner.mode), id}));
}

Result<bool> store_stripe_object(Database& database, const StripeOwner& owner, const StripeObject& object) {
  auto rows = database.query(
      "insert into stripe_objects as o (account_id, mode, object_id, conversion_id, click_id, sold_at) "
      "values ($1, $2, $3, $4, $5, $6) on conflict (account_id, mode, object_id) do update "
      "set conversion_id = excluded.conversion_id where o.conversion_id is null and excluded.conversion_id is not null",
      {owner.account.value, mode_name(owner.mode), object.id, id_or_null(object.conversion),
       object.click ? Param(wire::to_uuid(*object.click)) : Param(std::nullopt), time_or_null(object.sold_us)});
  if (!rows) return Failure(rows.error());
  return rows->affected() > 0;
}

Result<std::int64_t> note_stripe_refund(Database& database, const StripeOwner& owner, std::string_view charge,
                                        ConversionId conversion, std::int64_t refunded_minor) {
  auto noted = database.query(
      "insert into stripe_objects as o (account_id, mode, object_id, conversion_id, refunded_minor) "
      "values ($1, $2, $3, $4, $5) on conflict (account_id, mode, object_id) do update "
      "set refunded_minor = greatest(o.refunded_minor, excluded.refunded_minor)",
      {owner.account.value, mode_name(owner.mode), charge, conversion.value, refunded_minor});
  if (!noted) return Failure(noted.error());
  return read_count(
      database.query("select coalesce(sum(refunded_minor), 0)::bigint from stripe_objects where conversion_id = $1",
                     {conversion.value}));
}

}  // namespace footfall::core
