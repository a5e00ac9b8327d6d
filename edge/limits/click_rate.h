// Whether more clicks come from one address in a minute than people make there. Such clicks are answered like any other
// and marked, so that nobody can find out where the line is. The address of one of our own proxies is no visitor's: a
// proxy that does not say for whom it asks has no limit. Thread-safe, lock-free; of this process alone.
#pragma once

#include <cstdint>

#include "edge/limits/address_limits.h"
#include "proto/base/clock.h"
#include "proto/http/forwarded.h"

namespace footfall::edge {

class ClickRate {
 public:
  // `per_minute` 0: no limit. Clock and proxies outlive it.
  ClickRate(std::size_t addresses_max, std::uint32_t per_minute, const Clock& clock,
            const http::TrustedProxies& proxies)
      : limits_(addresses_max, per_minute), is_limited_(per_minute != 0), clock_(clock), proxies_(proxies) {}

  // Counts one click of this client.
  bool is_exceeded_by(const http::Address& address) {
    if (!is_limited_ || proxies_.contains(address)) return false;
    return !limits_.take(address, clock_.steady_us() / 1'000).allowed;
  }

 private:
  AddressLimits limits_;
  const bool is_limited_;
  const Clock& clock_;
  const http::TrustedProxies& proxies_;
};

}  // namespace footfall::edge
