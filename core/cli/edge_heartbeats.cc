#include "core/cli/edge_heartbeats.h"

#include <algorithm>
#include <tuple>

#include "proto/schema/click.pb.h"
#include "proto/wire/streams.h"

namespace footfall::core {

Result<std::vector<EdgeHeartbeat>> read_heartbeats(redis::Redis& redis) {
  auto fields = redis::read_hash(redis, wire::kIncarnationsKey);
  if (!fields) return Failure(fields.error());
  std::vector<EdgeHeartbeat> all;
  for (const auto& [name, bytes] : *fields) {
    schema::Heartbeat heartbeat;
    const auto incarnation = wire::Incarnation::from_hex(name);
    if (!incarnation || !heartbeat.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) continue;
    all.push_back({heartbeat.edge(), heartbeat.edge_number(), *incarnation, heartbeat.head(), heartbeat.ended(),
                   static_cast<std::int64_t>(heartbeat.now_us()), heartbeat.unstored_bytes(),
                   static_cast<std::int64_t>(heartbeat.started_us())});
  }
  std::sort(all.begin(), all.end(), [](const EdgeHeartbeat& a, const EdgeHeartbeat& b) {
    return std::tie(a.edge, a.started_us, a.incarnation) < std::tie(b.edge, b.started_us, b.incarnation);
  });
  return all;
}

}  // namespace footfall::core
