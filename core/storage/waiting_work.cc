// Each question repeats the condition of a partial index, so that it ends with the first entry there.
#include "core/storage/waiting_work.h"

namespace footfall::core {

Result<WaitingUpkeep> waiting_upkeep(Database& database, std::int64_t now_us) {
  auto rows = database.query(
      "select exists (select 1 from conversions where unresolved_until is not null) or "
      "exists (select 1 from conversions where status = 'pending' and hold_until <= $1), "
      "exists (select 1 from stripe_events where outcome = 'waiting' and retry_at <= now()), "
      "exists (select 1 from click_cap_notes)",
      {timestamp_us(now_us)});
  if (!rows) return Failure(rows.error());
  return WaitingUpkeep{rows->flag(0, 0), rows->flag(0, 1), rows->flag(0, 2)};
}

Result<WaitingDeliveries> waiting_deliveries(Database& database) {
  auto rows = database.query(
      "select exists (select 1 from events_out), "
      "exists (select 1 from webhook_deliveries where status = 'waiting' and not is_test) or "
      "exists (select 1 from webhook_deliveries where status = 'waiting' and is_test)");
  if (!rows) return Failure(rows.error());
  return WaitingDeliveries{rows->flag(0, 0), rows->flag(0, 1)};
}

}  // namespace footfall::core
