#include "core/storage/events_out.h"

#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr int kEventsTrimmedMax = 100'000;  // in one call

// What may differ by the time that the event is told: of an affiliate and its enrolment in the campaign that the
// event's payload names, and of a promotion.
constexpr std::string_view kAffiliateState = R"sql(
(select jsonb_build_object('email', f.email, 'name', f.name, 'status', f.status) || coalesce(
   (select jsonb_build_object('enrolment_status', e.status, 'code', e.code,
                              'joined_us', (extract(epoch from e.joined_at) * 1000000)::bigint)
      from enrolments e join campaigns c on c.id = e.campaign_id
     where e.affiliate_id = f.id and c.public_id = $5::jsonb->>'campaign'), '{}')
   from affiliates f where f.public_id = $4))sql";
constexpr std::string_view kPromoState =
    "(select jsonb_build_object('status', p.status) from promo_codes p where p.public_id = $4)";

std::string_view state_of(std::string_view event_type) {
  if (event_type.starts_with("affiliate.")) return kAffiliateState;
  if (event_type.starts_with("promo.")) return kPromoState;
  return "null::jsonb";
}

}  // namespace

Result<void> append_event(Database& database, const OutgoingEvent& event) {
  const std::string sql =
      "insert into events_out (account_id, mode, type, subject, payload) select $1::bigint, $2::text, $3::text, "
      "$4::text, $5::jsonb || "
      "coalesce(" +
      std::string(state_of(event.type)) + ", '{}')";
  return done(
      database.query(sql, {event.account.value, mode_name(event.mode), event.type, event.subject, event.payload}));
}

std::string insert_events_from(std::string_view relation, std::string_view type) {
  return "insert into events_out (account_id, mode, type, subject, payload) select account_id, mode, '" +
         std::string(type) +
         "', public_id, event::jsonb || jsonb_build_object('campaign', (select public_id from campaigns where id = "
         "campaign_id), 'affiliate', (select public_id from affiliates where id = affiliate_id)) from " +
         std::string(relation);
}

Result<std::vector<TakenEvent>> take_events(Database& database, int limit) {
  return read_all<TakenEvent>(
      database.query(
          "with taken as (delete from events_out where id in (select id from events_out order by id limit $1 "
          "for update skip locked) returning *) select account_id, mode, type, subject, payload::text, "
          "(extract(epoch from created_at) * 1000000)::bigint from taken order by id",
          {limit}),
      [](RowReader& in) {
        TakenEvent event;
        event.account = in.id<wire::AccountId>();
        event.mode = in.mode();
        event.type = in.text();
        event.subject = in.text();
        event.payload = in.text();
        event.created_us = in.integer();
        return event;
      });
}

Result<WaitingEvents> waiting_events(Database& database) {
  auto rows = database.query(
      "select (select count(*) from (select 1 from events_out limit $1) counted), coalesce((select greatest(1, "
      "(extract(epoch from now() - created_at) * 1000000)::bigint) from events_out order by id limit 1), 0)",
      {WaitingEvents::kCountedMax});
  if (!rows) return Failure(rows.error());
  return WaitingEvents{rows->integer(0, 0), rows->integer(0, 1)};
}

Result<std::int64_t> trim_events(Database& database, std::int64_t created_before_us) {
  // The oldest rows have the lowest ids, so that no index on the time is kept up for every conversion.
  auto rows = database.query(
      "delete from events_out where id <= (select max(id) from (select id, created_at from events_out order by id "
      "limit $2) oldest where created_at < $1)",
      {timestamp_us(created_before_us), kEventsTrimmedMax});
  if (!rows) return Failure(rows.error());
  return rows->affected();
}

}  // namespace footfall::core
