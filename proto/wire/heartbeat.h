// The record with which an edge announces in Redis (streams.h, kIncarnationsKey) how far an incarnation is written; one
// for each that it still has to ship. The edge encodes it; ingest, the click waiter, the command line and a successor
// of the edge decode it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/wire/ids.h"

namespace footfall::wire {

struct Heartbeat {
  std::string edge;               // label, 1 to kEdgeNameLengthMax bytes; the identity is the incarnation
  std::uint32_t edge_number = 0;  // the 12 bits that its click ids carry
  Incarnation incarnation;
  std::uint64_t head = 0;  // last click number that is safe; sampled after `tick` was read
  std::uint64_t tick = 0;  // core's last tick that this edge has seen
  bool ended = false;      // the incarnation will never grow beyond head
  std::uint64_t generation = 0;
  std::int64_t now_us = 0;  // the edge's clock when it wrote this
  std::uint64_t unstored_bytes = 0;
  std::int64_t started_us = 0;
};

std::string encode_heartbeat(const Heartbeat& heartbeat);
// None if the bytes are malformed, or if the edge's name is empty or too long.
std::optional<Heartbeat> decode_heartbeat(std::string_view bytes);

}  // namespace footfall::wire
