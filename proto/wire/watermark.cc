#include "proto/wire/watermark.h"

#include "proto/schema/click.pb.h"
#include "proto/wire/streams.h"

namespace footfall::wire {

std::string encode_watermark(const Watermark& watermark) {
  schema::Watermark message;
  message.set_incarnation(std::string(watermark.incarnation.view()));
  message.set_position(watermark.position);
  message.set_database(watermark.database);
  message.set_epoch(watermark.epoch);
  message.set_resend_nonce(watermark.resend_nonce);
  message.set_retired(watermark.retired);
  message.set_heard(watermark.heard);
  return message.SerializeAsString();
}

std::optional<Watermark> decode_watermark(std::string_view bytes) {
  schema::Watermark message;
  if (bytes.size() > kEntryBytesMax || !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return std::nullopt;
  }
  const auto incarnation = Incarnation::from_bytes(message.incarnation());
  if (!incarnation) return std::nullopt;
  return Watermark{.incarnation = *incarnation,
                   .position = message.position(),
                   .database = message.database(),
                   .epoch = message.epoch(),
                   .resend_nonce = message.resend_nonce(),
                   .retired = message.retired(),
                   .heard = message.heard()};
}

}  // namespace footfall::wire
