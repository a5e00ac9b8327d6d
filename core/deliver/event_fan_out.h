// Turns events of the table events_out into deliveries: one webhook for each name that the dialect tells the event by,
// one delivery for each endpoint that wants it. Removing the events and storing the deliveries is one transaction, so
// that an event has one id for ever, and several processes share the work.
#pragma once

#include <cstdint>

#include "core/storage/database.h"

namespace footfall::core {

struct FanOutReport {
  std::int64_t events = 0;    // taken, wanted or not
  std::int64_t webhooks = 0;  // made of them
};
// Takes at most `events_max`; when it took as many, there may be more.
Result<FanOutReport> fan_out_events(Database& database, int events_max);

}  // namespace footfall::core
