// Redis counts entries of a stream upwards, but anew and from below after it was flushed or its clock was set back. So
// where the stream ends is asked before every wait, and any change of it is a tick that came while nobody waited.
#include "edge/shipper/tick_listener.h"

#include <string>

#include "proto/base/lifecycle.h"
#include "proto/wire/streams.h"

namespace footfall::edge {
namespace {

constexpr std::int64_t kWaitMs = 1'000;
constexpr std::int64_t kRetryUs = 500'000;
constexpr std::int64_t kTicksPerRead = 1'000;
constexpr std::string_view kBeginning = "0-0";

// The id of the last tick, or the beginning of a stream that holds none.
Result<std::string> find_last_tick(redis::Redis& redis) {
  auto reply = redis.command({"XREVRANGE", wire::kTicksKey, "+", "-", "COUNT", "1"});
  if (!reply) return Failure(reply.error());
  if (reply->kind != redis::Reply::Kind::array) return unavailable(ErrorSource::redis, "XREVRANGE: " + reply->text);
  if (reply->elements.empty()) return std::string(kBeginning);
  const redis::Reply& tick = reply->elements.front();
  if (tick.elements.empty()) return unavailable(ErrorSource::redis, "XREVRANGE: an entry without an id");
  return tick.elements.front().text;
}

}  // namespace

void TickListener::run(const std::stop_token& stop) {
  std::string heard;  // id of the last tick; empty: nothing is known yet
  while (!stop.stop_requested()) {
    auto last = find_last_tick(redis_);
    if (!last) {
      sleep_or_stop(stop, kRetryUs);
      continue;
    }
    if (!heard.empty() && *last != heard) on_tick_();
    heard = std::move(*last);
    const auto ticks = redis::read_stream(redis_, wire::kTicksKey, heard, kTicksPerRead, kWaitMs);
    if (!ticks) {
      sleep_or_stop(stop, kRetryUs);
    } else if (!ticks->empty()) {
      on_tick_();
      heard = ticks->back().id;
    }
  }
}

}  // namespace footfall::edge
