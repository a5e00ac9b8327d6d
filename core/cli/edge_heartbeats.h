// What edges say of themselves in Redis.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto/redis/client.h"
#include "proto/wire/ids.h"

namespace footfall::core {

struct EdgeHeartbeat {
  std::string edge;
  std::uint32_t edge_number = 0;
  wire::Incarnation incarnation;
  std::uint64_t head = 0;
  bool ended = false;
  std::int64_t now_us = 0;  // the edge's clock when it spoke
  std::uint64_t unstored_bytes = 0;
  std::int64_t started_us = 0;
};
// By edge and start. Fields that are no heartbeats are left out.
Result<std::vector<EdgeHeartbeat>> read_heartbeats(redis::Redis& redis);

}  // namespace footfall::core
