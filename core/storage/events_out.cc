#include "core/storage/events_out.h"

#include "core/storage/row_reader.h"

namespace footfall::core {
namespace {

constexpr int kEventsTrimmedMax = 100'000;  // in one call

}  // namespace

Result<void> append_event(Database& database, const OutgoingEvent& event) {
  auto rows =
      database.query("insert into events_out (account_id, mode, type, subject, payload) values ($1, $2, $3, $4, $5)",
                     {event.account.value, mode_name(event.mode), event.type, event.subject, event.payload});
  if (!rows) return Failure(rows.error());
  return {};
}

std::string insert_events_from(std::string_view relation, std::string_view type) {
  return "insert into events_out (account_id, mode, type, subject, payload) select account_id, mode, '" +
         std::string(type) + "', public_id, event::jsonb from " + std::string(relation);
}

Result<bool> has_events(Database& database) {
  auto rows = database.query("select exists(select 1 from events_out)");
  if (!rows) return Failure(rows.error());
  return rows->flag(0, 0);
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
