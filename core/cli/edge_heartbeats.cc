#include "core/cli/edge_heartbeats.h"

#include <algorithm>
#include <tuple>

#include "proto/wire/streams.h"

namespace footfall::core {

Result<std::vector<wire::Heartbeat>> read_heartbeats(redis::Redis& redis) {
  auto fields = redis::read_hash(redis, wire::kIncarnationsKey);
  if (!fields) return Failure(fields.error());
  std::vector<wire::Heartbeat> all;
  for (const auto& [name, bytes] : *fields) {
    if (auto heartbeat = wire::decode_heartbeat(bytes)) all.push_back(std::move(*heartbeat));
  }
  std::sort(all.begin(), all.end(), [](const wire::Heartbeat& a, const wire::Heartbeat& b) {
    return std::tie(a.edge, a.started_us, a.incarnation) < std::tie(b.edge, b.started_us, b.incarnation);
  });
  return all;
}

}  // namespace footfall::core
