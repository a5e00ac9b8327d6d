#include "core/actions/events.h"

#include "core/storage/evidence.h"

namespace footfall::core {

Result<RecordedEvent> record_event(Database& database, const Caller& caller, const EventReport& report) {
  if (caller.scope().affiliate) return not_found("affiliates report no events");
  const wire::AccountId account = caller.account.id;
  const wire::Mode mode = caller.acting_mode();
  auto found = find_click(database, {account, mode, report.click});
  if (!found) return Failure(found.error());
  if (!found->click) {
    auto other = click_of_another(database, account, report.click);
    if (!other) return Failure(other.error());
    if (*other) return RecordedEvent{EventOutcome::click_of_another, {}};
    const bool may_come = !report.click_settled && wire::is_uuid_v7(report.click);
    return RecordedEvent{may_come ? EventOutcome::needs_click : EventOutcome::click_unknown, {}};
  }
  EventRow row;
  row.public_id = wire::new_public_id("evt_");
  row.account = account;
  row.mode = mode;
  row.click = report.click;
  row.campaign = found->click->earner.campaign;
  row.affiliate = found->click->earner.affiliate;
  row.type = report.type;
  row.url = report.url;
  row.referrer = report.referrer;
  if (!report.dry_run) {
    if (auto written = insert_event(database, row); !written) return Failure(written.error());
  }
  return RecordedEvent{EventOutcome::recorded, row.public_id};
}

}  // namespace footfall::core
