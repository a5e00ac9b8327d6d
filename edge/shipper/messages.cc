#include "edge/shipper/messages.h"

#include "proto/schema/click.pb.h"
#include "proto/wire/streams.h"

namespace footfall::edge {

std::optional<LogRun> decode_entry(std::string_view bytes, const wire::Incarnation& incarnation) {
  schema::ClickBatch message;
  if (bytes.size() > wire::kEntryBytesMax || !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return std::nullopt;
  }
  if (message.incarnation() != incarnation.view()) return std::nullopt;
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
