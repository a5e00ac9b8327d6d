#include "edge/shipper/shipments.h"

#include <algorithm>

#include "proto/base/crypto.h"
#include "proto/base/result.h"
#include "proto/wire/streams.h"

namespace footfall::edge {

void Shipments::refresh(LogReader& log, const std::string& edge_name, std::int64_t now_us) {
  const auto held = log.incarnations();
  FOOTFALL_CHECK(!held.empty());
  running_id_ = held.back().id;
  for (const LogIncarnation& incarnation : held) {
    auto [at, added] = shipments_.try_emplace(incarnation.id, incarnation.id == running_id_, now_us,
                                              wire::clicks_stream_key(edge_name, incarnation.id));
    at->second.decision.set_log(incarnation, now_us);
  }
  std::erase_if(shipments_, [&](const auto& entry) {
    return std::none_of(held.begin(), held.end(), [&](const auto& i) { return i.id == entry.first; });
  });
}

Shipment* Shipments::running() {
  const auto found = shipments_.find(running_id_);
  return found == shipments_.end() ? nullptr : &found->second;
}

std::uint64_t Shipments::unstored_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [id, shipment] : shipments_) bytes += shipment.decision.unstored_bytes();
  return bytes;
}

bool Shipments::everything_shipped() const {
  return std::all_of(shipments_.begin(), shipments_.end(), [](const auto& entry) {
    return entry.second.decision.finished() || entry.second.decision.all_shipped();
  });
}

std::uint64_t random_number() {
  std::uint64_t number = 0;
  random_bytes(&number, sizeof number);
  return number;
}

}  // namespace footfall::edge
