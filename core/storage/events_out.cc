#include "core/storage/events_out.h"

namespace footfall::core {

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

Result<std::int64_t> trim_events(Database& database, std::int64_t created_before_us) {
  auto rows = database.query("delete from events_out where created_at < $1", {timestamp_us(created_before_us)});
  if (!rows) return Failure(rows.error());
  return rows->affected();
}

}  // namespace footfall::core
