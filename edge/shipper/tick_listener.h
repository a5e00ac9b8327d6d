// Hears when core raises the tick, because a conversion waits for its click (PROTOCOL.md 12). The shipper would see it
// in its next heartbeat only. One thread, run(); it asks Redis once a second while nothing happens.
#pragma once

#include <functional>
#include <stop_token>

#include "proto/redis/client.h"

namespace footfall::edge {

class TickListener {
 public:
  // `redis` outlives the listener and is used by its thread alone. `on_tick` is called on that thread, once for each
  // tick or for several together.
  TickListener(redis::Redis& redis, std::function<void()> on_tick) : redis_(redis), on_tick_(std::move(on_tick)) {}

  // Returns within a second after `stop` is requested.
  void run(const std::stop_token& stop);

 private:
  redis::Redis& redis_;
  const std::function<void()> on_tick_;
};

}  // namespace footfall::edge
