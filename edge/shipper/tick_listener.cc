#include "edge/shipper/tick_listener.h"

#include <string>

#include "proto/base/lifecycle.h"
#include "proto/wire/streams.h"

namespace footfall::edge {
namespace {

constexpr std::int64_t kWaitMs = 1'000;
constexpr std::int64_t kRetryUs = 500'000;
constexpr std::int64_t kTicksPerRead = 1'000;

}  // namespace

void TickListener::run(const std::stop_token& stop) {
  const std::string from_now_on = "$";
  std::string after = from_now_on;
  while (!stop.stop_requested()) {
    const auto ticks = redis::read_stream(redis_, wire::kTicksKey, after, kTicksPerRead, kWaitMs);
    if (!ticks) {
      sleep_or_stop(stop, kRetryUs);
    } else if (!ticks->empty()) {
      on_tick_();
    }
    // A Redis that was flushed, or whose clock was set back, counts anew below the last id that was seen. So a wait in
    // vain, and a failure, forget it.
    after = ticks && !ticks->empty() ? ticks->back().id : from_now_on;
  }
}

}  // namespace footfall::edge
