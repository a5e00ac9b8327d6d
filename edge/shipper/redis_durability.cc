#include "edge/shipper/shipper.h"

namespace footfall::edge {
namespace {

struct Setting {
  std::string_view name;
  std::string_view wanted;
};
constexpr Setting kSettings[] = {{"appendonly", "yes"}, {"appendfsync", "always"}, {"maxmemory-policy", "noeviction"}};

}  // namespace

Result<void> check_redis_durability(redis::Redis& redis) {
  for (const Setting& setting : kSettings) {
    auto reply = redis.command({"CONFIG", "GET", setting.name});
    if (!reply) return std::unexpected(std::move(reply.error()));
    if (reply->is_error()) {  // LOADING passes; a forbidden CONFIG does not
      return unavailable(ErrorSource::redis, "CONFIG GET " + std::string(setting.name) + ": " + reply->text);
    }
    const std::string value = reply->elements.size() == 2 ? reply->elements[1].text : "unknown";
    if (value != setting.wanted) {
      return invalid("ack = redis needs a Redis with " + std::string(setting.name) + " " + std::string(setting.wanted) +
                     "; it has " + value);
    }
  }
  return {};
}

}  // namespace footfall::edge
