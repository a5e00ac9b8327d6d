#include "proto/wire/heartbeat.h"

#include "proto/schema/click.pb.h"
#include "proto/wire/streams.h"

namespace footfall::wire {

std::string encode_heartbeat(const Heartbeat& heartbeat) {
  schema::Heartbeat message;
  message.set_edge(heartbeat.edge);
  message.set_edge_number(heartbeat.edge_number);
  message.set_incarnation(std::string(heartbeat.incarnation.view()));
  message.set_head(heartbeat.head);
  message.set_tick(heartbeat.tick);
  message.set_ended(heartbeat.ended);
  message.set_generation(heartbeat.generation);
  message.set_now_us(static_cast<std::uint64_t>(heartbeat.now_us));
  message.set_unstored_bytes(heartbeat.unstored_bytes);
  message.set_started_us(static_cast<std::uint64_t>(heartbeat.started_us));
  return message.SerializeAsString();
}

std::optional<Heartbeat> decode_heartbeat(std::string_view bytes) {
  schema::Heartbeat message;
  if (bytes.size() > kEntryBytesMax || !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return std::nullopt;
  }
  const auto incarnation = Incarnation::from_bytes(message.incarnation());
  if (!incarnation || message.edge().empty() || message.edge().size() > kEdgeNameLengthMax) return std::nullopt;
  Heartbeat heartbeat;
  heartbeat.edge = message.edge();
  heartbeat.edge_number = message.edge_number();
  heartbeat.incarnation = *incarnation;
  heartbeat.head = message.head();
  heartbeat.tick = message.tick();
  heartbeat.ended = message.ended();
  heartbeat.generation = message.generation();
  heartbeat.now_us = static_cast<std::int64_t>(message.now_us());
  heartbeat.unstored_bytes = message.unstored_bytes();
  heartbeat.started_us = static_cast<std::int64_t>(message.started_us());
  return heartbeat;
}

}  // namespace footfall::wire
