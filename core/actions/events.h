// Secondary events: what happened on the way, without a payout (AFS-42…48).
#pragma once

#include <optional>
#include <string>

#include "core/actions/caller.h"
#include "core/storage/events.h"

namespace footfall::core {

struct EventReport {
  wire::ClickId click;
  std::string type;
  std::optional<std::string> url, referrer;
  bool dry_run = false;        // a test: everything but the row
  bool click_settled = false;  // as in ConversionReport
};

enum class EventOutcome : std::uint8_t { recorded, needs_click, click_unknown, click_of_another };
struct RecordedEvent {
  EventOutcome outcome = EventOutcome::recorded;
  std::string public_id;  // evt_…
};
Result<RecordedEvent> record_event(Database& database, const Caller& caller, const EventReport& report);

}  // namespace footfall::core
