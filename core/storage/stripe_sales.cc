// An event's lists of ids are arrays in its row, so that one index finds whatever waits for an id. Every statement is
// within one account and mode, but for the upkeep's.
#include "core/storage/stripe_sales.h"

#include <algorithm>

#include "core/storage/arrays.h"
#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

// In the order in which read_event() reads them.
constexpr std::string_view kColumns =
    "e.account_id, e.mode, e.event_id, e.kind, e.object_id, array_to_string(e.names, ','), "
    "array_to_string(e.awaits, ','), e.amount_minor, e.currency, (extract(epoch from e.happened_at) * "
    "1000000)::bigint, "
    "e.outcome, (extract(epoch from e.received_at) * 1000000)::bigint, e.click_id::text, "
    "coalesce(e.buyer_email, '') ";

// No id of Stripe's has a comma.
std::vector<std::string> names_of(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    names.emplace_back(list.substr(0, list.find(',')));
    list.remove_prefix(std::min(names.back().size() + 1, list.size()));
  }
  return names;
}

Param uuid_or_null(const std::optional<wire::ClickId>& click) {
  return click ? Param(wire::to_uuid(*click)) : Param(std::nullopt);
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
  row.received_us = in.integer();
  if (const auto click = in.optional_text()) row.sale.click = wire::parse_uuid(*click);
  row.sale.email = in.text();
  if (earns(row.sale.kind) && !row.awaits.empty()) row.sale.subscription = row.awaits.front();
  return row;
}

StripeObject read_object(RowReader& in) {
  StripeObject object;
  object.id = in.text();
  object.conversion = in.id<ConversionId>();
  if (const auto click = in.optional_text()) object.click = wire::parse_uuid(*click);
  object.sold_us = in.optional_integer();
  object.buyer_email = in.optional_text();
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
      "currency, happened_at, outcome, click_id, buyer_email) values ($1, $2, $3, $4, $5, $6, $7, $8, nullif($9, ''), "
      "$10, $11, $12, case when $11 = 'waiting' then nullif($13, '') end) "
      "on conflict (account_id, mode, event_id) do update set outcome = excluded.outcome, received_at = "
      "case when e.outcome = 'waiting' then e.received_at else now() end, retry_at = excluded.retry_at, "
      "buyer_email = excluded.buyer_email where e.outcome in ('waiting', 'gave_way', 'given_up')",
      {row.owner.account.value, mode_name(row.owner.mode), sale.event, stripe_sale_kind_name(sale.kind), sale.object,
       text_array(sale.names), text_array(row.awaits), sale.amount_minor, sale.currency, timestamp_us(sale.happened_us),
       row.outcome, uuid_or_null(sale.click), sale.email}));
}

Result<std::int64_t> make_room_for_stripe_event(Database& database, const StripeOwner& owner, std::int64_t max) {
  auto rows = database.query(
      "update stripe_events set outcome = 'gave_way', buyer_email = null where account_id = $1 and mode = $2 "
      "and outcome = 'waiting' and event_id = any (array(select event_id from stripe_events where account_id = $1 "
      "and mode = $2 and outcome = 'waiting' order by received_at desc offset $3))",
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
  static const std::string sql =
      "select " + std::string(kColumns) +
      "from stripe_events e where e.account_id = $1 and e.mode = $2 and e.outcome = 'waiting' and "
      "e.awaits && $3::text[] order by e.happened_at, e.received_at, e.event_id limit $4";
  return read_all<StripeEventRow>(
      database.query(sql, {owner.account.value, mode_name(owner.mode), text_array(names), limit}), read_event);
}

Result<std::vector<StripeEventRow>> take_due_stripe_events(Database& database, int limit) {
  static const std::string sql =
      "with due as materialized (select account_id, mode, event_id from stripe_events where outcome = 'waiting' and "
      "retry_at <= now() order by retry_at limit $1 for update skip locked), moved as (update stripe_events e set "
      "retry_at = now() + greatest($2 * interval '1 second', least($3 * interval '1 second', now() - e.received_at)) "
      "from due where e.account_id = due.account_id and e.mode = due.mode and e.event_id = due.event_id returning e.*) "
      "select " +
      std::string(kColumns) + "from moved e order by e.happened_at, e.received_at, e.event_id";
  return read_all<StripeEventRow>(database.query(sql, {limit, kStripeRetryMin_s, kStripeRetryMax_s}), read_event);
}

Result<void> make_stripe_events_due(Database& database, const std::vector<ConversionId>& conversions) {
  std::vector<std::uint64_t> ids;
  for (const ConversionId conversion : conversions) ids.push_back(conversion.value);
  if (ids.empty()) return {};
  return done(database.query(
      "update stripe_events e set retry_at = now() from stripe_objects o where o.conversion_id = any($1::bigint[]) and "
      "e.account_id = o.account_id and e.mode = o.mode and e.outcome = 'waiting' and e.awaits @> array[o.object_id]",
      {integer_array(ids)}));
}

Result<void> reopen_stripe_renewals(Database& database, ConversionId conversion) {
  // A refund of such a renewal belonged to nobody, and is tried as soon as the renewal is booked.
  return done(database.query(
      "with renewed as (update stripe_events e set outcome = 'waiting', received_at = now(), retry_at = now() from "
      "stripe_objects o where o.conversion_id = $1 and e.account_id = o.account_id and e.mode = o.mode and e.kind = "
      "'renewed' and e.outcome = 'not_credited' and e.awaits @> array[o.object_id] returning e.account_id, e.mode, "
      "e.names) update stripe_events r set outcome = 'waiting', received_at = now(), retry_at = now() + interval "
      "'1 hour' from renewed w where r.account_id = w.account_id and r.mode = w.mode and r.kind = 'refunded' and "
      "r.outcome = 'of_nobody' and r.awaits && w.names",
      {conversion.value}));
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
      database.query("select object_id, conversion_id, click_id::text, (extract(epoch from sold_at) * "
                     "1000000)::bigint, buyer_email from stripe_objects where account_id = $1 and mode = $2 and "
                     "object_id = any ($3::text[]) "
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
      "insert into stripe_objects as o (account_id, mode, object_id, conversion_id, click_id, sold_at, paid_minor, "
      "paid_currency, buyer_email) values ($1, $2, $3, $4, $5, $6, $7, nullif($8, ''), $9) "
      "on conflict (account_id, mode, object_id) do update set "
      "conversion_id = coalesce(o.conversion_id, excluded.conversion_id), "
      "click_id = coalesce(o.click_id, excluded.click_id), sold_at = coalesce(o.sold_at, excluded.sold_at), "
      "paid_minor = coalesce(o.paid_minor, excluded.paid_minor), "
      "paid_currency = coalesce(o.paid_currency, excluded.paid_currency), buyer_email = case when "
      "coalesce(o.conversion_id, excluded.conversion_id) is null then coalesce(o.buyer_email, excluded.buyer_email) "
      "end "
      "where (o.conversion_id is null and excluded.conversion_id is not null) or "
      "(o.click_id is null and excluded.click_id is not null) or "
      "(o.paid_minor is null and excluded.paid_minor is not null)",
      {owner.account.value, mode_name(owner.mode), object.id, id_or_null(object.conversion), uuid_or_null(object.click),
       time_or_null(object.sold_us), object.paid_minor, object.paid_currency, object.buyer_email});
  if (!rows) return Failure(rows.error());
  return rows->affected() > 0;
}

Result<bool> claim_first_stripe_invoice(Database& database, const StripeOwner& owner, std::string_view subscription,
                                        std::string_view invoice) {
  auto rows = database.query(
      "update stripe_objects set first_invoice = $4 where account_id = $1 and mode = $2 and object_id = $3 and "
      "conversion_id is null and coalesce(first_invoice, $4) = $4",
      {owner.account.value, mode_name(owner.mode), subscription, invoice});
  if (!rows) return Failure(rows.error());
  return rows->affected() > 0;
}

Result<void> give_back_first_stripe_invoice(Database& database, const StripeOwner& owner, std::string_view subscription,
                                            std::string_view invoice) {
  return done(database.query(
      "update stripe_objects set first_invoice = null where account_id = $1 and mode = $2 and object_id = $3 and "
      "conversion_id is null and first_invoice = $4",
      {owner.account.value, mode_name(owner.mode), subscription, invoice}));
}

Result<void> note_stripe_refund(Database& database, const StripeOwner& owner, std::string_view charge,
                                ConversionId conversion, std::int64_t refunded_minor) {
  return done(
      database.query("insert into stripe_objects as o (account_id, mode, object_id, conversion_id, refunded_minor) "
                     "values ($1, $2, $3, $4, $5) on conflict (account_id, mode, object_id) do update "
                     "set refunded_minor = greatest(o.refunded_minor, excluded.refunded_minor), "
                     "conversion_id = coalesce(o.conversion_id, excluded.conversion_id)",
                     {owner.account.value, mode_name(owner.mode), charge, conversion.value, refunded_minor}));
}

Result<StripeMoneyOfConversion> stripe_money_of(Database& database, ConversionId conversion) {
  return read_one<StripeMoneyOfConversion>(
      database.query("select coalesce(sum(refunded_minor), 0)::bigint, max(paid_minor), coalesce(max(paid_currency), "
                     "'') from stripe_objects where conversion_id = $1",
                     {conversion.value}),
      [](RowReader& in) {
        StripeMoneyOfConversion money;
        money.refunded_minor = in.integer();
        money.paid_minor = in.optional_integer();
        money.paid_currency = in.text();
        return money;
      },
      "no sums");
}

}  // namespace footfall::core
