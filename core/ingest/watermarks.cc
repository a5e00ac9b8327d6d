#include "core/ingest/watermarks.h"

#include <set>

#include "proto/wire/streams.h"
#include "proto/wire/watermark.h"

namespace footfall::core {
namespace {

Result<void> accepted(const Result<redis::Reply>& reply) {
  if (!reply) return Failure(reply.error());
  if (reply->is_error()) return Failure(Error{ErrorKind::internal, ErrorSource::redis, true, reply->text});
  return {};
}

}  // namespace

std::string encode_watermark(const StreamRow& stream, const DatabaseIdentity& database) {
  return wire::encode_watermark({.incarnation = stream.incarnation,
                                 .position = stream.position,
                                 .database = database.identity,
                                 .epoch = database.epoch,
                                 .resend_nonce = stream.resend_nonce,
                                 .retired = stream.retired,
                                 .heard = stream.head});
}

Result<void> publish_watermarks(redis::Redis& redis, const std::vector<StreamRow>& streams,
                                const DatabaseIdentity& database) {
  if (streams.empty()) return {};
  std::vector<std::string> texts;
  texts.reserve(streams.size() * 2);
  for (const auto& stream : streams) {
    texts.push_back(stream.incarnation.hex());
    texts.push_back(encode_watermark(stream, database));
  }
  redis::Arguments arguments{"HSET", wire::kStoredKey};
  arguments.insert(arguments.end(), texts.begin(), texts.end());
  return accepted(redis.command(arguments));
}

Result<std::vector<wire::Watermark>> read_watermarks(redis::Redis& redis,
                                                     const std::vector<wire::Incarnation>& incarnations) {
  std::vector<wire::Watermark> watermarks;
  if (incarnations.empty()) return watermarks;
  std::vector<std::string> names;
  for (const auto& incarnation : incarnations) names.push_back(incarnation.hex());
  redis::Arguments arguments{"HMGET", wire::kStoredKey};
  arguments.insert(arguments.end(), names.begin(), names.end());
  auto reply = redis.command(arguments);
  if (auto fine = accepted(reply); !fine) return Failure(fine.error());
  for (const auto& element : reply->elements) {
    if (element.is_nil()) continue;
    if (auto watermark = wire::decode_watermark(element.text)) watermarks.push_back(std::move(*watermark));
  }
  return watermarks;
}

Result<void> remove_watermarks_but(redis::Redis& redis, const std::vector<wire::Incarnation>& reported) {
  auto present = redis.command({"HKEYS", wire::kStoredKey});
  if (auto fine = accepted(present); !fine) return fine;
  std::set<std::string> names;
  for (const auto& incarnation : reported) names.insert(incarnation.hex());
  redis::Arguments arguments{"HDEL", wire::kStoredKey};
  for (const auto& name : present->elements) {
    if (!names.contains(name.text)) arguments.push_back(name.text);
  }
  if (arguments.size() == 2) return {};
  return accepted(redis.command(arguments));
}

Result<void> announce_tick(redis::Redis& redis) {
  return accepted(redis.command(redis::Arguments(wire::kAnnounceTick.begin(), wire::kAnnounceTick.end())));
}

}  // namespace footfall::core
