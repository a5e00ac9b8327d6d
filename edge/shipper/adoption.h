// Takes care of the heartbeats that earlier starts of this edge left in Redis and whose incarnations are not in the
// log. One thread, once after the start.
#pragma once

#include <cstdint>
#include <set>

#include "edge/log/log_reader.h"
#include "edge/shipper/shipper.h"
#include "proto/redis/client.h"
#include "proto/wire/ids.h"

namespace footfall::edge {

// A heartbeat that has not been renewed for so long has no living edge behind it.
inline constexpr std::int64_t kDeadHeartbeatUs = 10'000'000;

// Goes through the heartbeats that bear our edge's name, are dead, and belong to none of `known`.
//  - Without a click: removed, so that nobody waits for it.
//  - ack = redis: what is left in its stream is taken over by the log, and what is missing declared
//  forgotten.
//  - Else reported: its log is gone, and the operator must retire it.
// True when there is nothing left to look at; false: call again later (Redis failed, or a heartbeat is not yet old, or
// core has not yet said how much of it is stored).
bool adopt_earlier(redis::Redis& redis, LogReader& log, const ShipperOptions& options,
                   const std::set<wire::Incarnation>& known, std::int64_t wall_us);

}  // namespace footfall::edge
