// The shipper's messages in Redis, between bytes and plain values; keeps the generated protobuf code in one source.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "edge/log/log_reader.h"
#include "edge/shipper/ship_decision.h"

namespace footfall::edge {

struct HeartbeatFacts {
  std::string edge;
  std::uint32_t edge_number = 0;
  wire::Incarnation incarnation;
  std::uint64_t head = 0;
  std::uint64_t tick = 0;
  bool ended = false;
  std::uint64_t generation = 0;
  std::int64_t now_us = 0;
  std::uint64_t unstored_bytes = 0;
  std::int64_t started_us = 0;
};
std::string encode_heartbeat(const HeartbeatFacts& facts);
std::optional<HeartbeatFacts> decode_heartbeat(std::string_view bytes);

struct WatermarkFacts {
  WatermarkSeen seen;
  bool retired = false;
  std::uint64_t heard = 0;  // highest head that core has heard of
};
// None if malformed or of another incarnation.
std::optional<WatermarkFacts> decode_watermark(std::string_view bytes, const wire::Incarnation& incarnation);

// The numbers and kind of an entry that was read back; its bytes are kept as they are, for a second trailer overrides
// the first (protobuf: the last value of a field counts). None if malformed or of another incarnation.
std::optional<LogRun> decode_entry(std::string_view bytes, const wire::Incarnation& incarnation);

}  // namespace footfall::edge
