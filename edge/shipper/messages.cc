#include "edge/shipper/messages.h"

#include "proto/schema/click.pb.h"

namespace footfall::edge {
namespace {

template <typename Message>
bool parse(Message& message, std::string_view bytes) {
  return bytes.size() <= wire::kEntryBytesMax && message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace

std::string encode_heartbeat(const HeartbeatFacts& facts) {
  schema::Heartbeat message;
  message.set_edge(facts.edge);
  message.set_edge_number(facts.edge_number);
  message.set_incarnation(std::string(facts.incarnation.view()));
  message.set_head(facts.head);
  message.set_tick(facts.tick);
  message.set_ended(facts.ended);
  message.set_generation(facts.generation);
  message.set_now_us(static_cast<std::uint64_t>(facts.now_us));
  message.set_unstored_bytes(facts.unstored_bytes);
  message.set_started_us(static_cast<std::uint64_t>(facts.started_us));
  return message.SerializeAsString();
}

std::optional<HeartbeatFacts> decode_heartbeat(std::string_view bytes) {
  schema::Heartbeat message;
  if (!parse(message, bytes)) return std::nullopt;
  const auto incarnation = wire::Incarnation::from_bytes(message.incarnation());
  if (!incarnation) return std::nullopt;
  HeartbeatFacts facts;
  facts.edge = message.edge();
  facts.edge_number = message.edge_number();
  facts.incarnation = *incarnation;
  facts.head = message.head();
  facts.tick = message.tick();
  facts.ended = message.ended();
  facts.generation = message.generation();
  facts.now_us = static_cast<std::int64_t>(message.now_us());
  facts.unstored_bytes = message.unstored_bytes();
  facts.started_us = static_cast<std::int64_t>(message.started_us());
  return facts;
}

std::optional<WatermarkFacts> decode_watermark(std::string_view bytes, const wire::Incarnation& incarnation) {
  schema::Watermark message;
  if (!parse(message, bytes) || message.incarnation() != incarnation.view()) return std::nullopt;
  return WatermarkFacts{{.position = message.position(),
                         .database = message.database(),
                         .epoch = message.epoch(),
                         .resend_nonce = message.resend_nonce()},
                        message.retired(),
                        message.heard()};
}

std::optional<LogRun> decode_entry(std::string_view bytes, const wire::Incarnation& incarnation) {
  schema::ClickBatch message;
  if (!parse(message, bytes) || message.incarnation() != incarnation.view()) return std::nullopt;
  LogRun run;
  run.first = message.first();
  run.last = message.last();
  if (run.first == 0 || run.last < run.first) return std::nullopt;
  if (message.void_reason() != 0) {
    run.reason = static_cast<wire::VoidReason>(message.void_reason());
    return run;
  }
  if (static_cast<std::uint64_t>(message.clicks_size()) != run.last - run.first + 1) return std::nullopt;
  run.clicks = bytes;
  run.written_us = static_cast<std::int64_t>(message.clicks(0).received_us());
  return run;
}

}  // namespace footfall::edge
