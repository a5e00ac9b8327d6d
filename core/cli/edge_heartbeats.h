// What edges say of themselves in Redis.
#pragma once

#include <vector>

#include "proto/redis/client.h"
#include "proto/wire/heartbeat.h"

namespace footfall::core {

// Sorted by edge and start. Fields that are no heartbeats are left out.
Result<std::vector<wire::Heartbeat>> read_heartbeats(redis::Redis& redis);

}  // namespace footfall::core
