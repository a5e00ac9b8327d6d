// Looks whether there is anything to do, for roles that ask again and again and mostly find nothing. One statement
// each, which reads the first entry of an index per question. The answer may say yes of work that then turns out not to
// be ready, such as a conversion that is held for a person; it never says no of work that is.
#pragma once

#include <cstdint>

#include "core/storage/database.h"

namespace footfall::core {

struct WaitingUpkeep {
  bool conversions = false;    // one waits for its click, or its hold has ended
  bool stripe_events = false;  // one is due
  bool click_caps = false;     // a link's clicks are to be counted
};
Result<WaitingUpkeep> waiting_upkeep(Database& database, std::int64_t now_us);

struct WaitingDeliveries {
  bool events = false;      // one is to be told, or to be thrown away
  bool deliveries = false;  // one waits for an attempt, now or later
};
Result<WaitingDeliveries> waiting_deliveries(Database& database);

}  // namespace footfall::core
