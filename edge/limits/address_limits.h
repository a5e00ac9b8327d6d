// A limit per client address: for requests that bear no known key, so that whoever tries keys is slowed down and who
// has one never notices (SE-14), and for clicks (click_rate.h). Approximate by design and of fixed size: an address has
// four places it may be counted at; when all four are taken by others in this minute it is not limited, for refusing
// costs no less than answering. An IPv6 client is its /64. Thread-safe, lock-free; of this process alone.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "edge/limits/window.h"
#include "proto/base/crypto.h"
#include "proto/http/message.h"

namespace footfall::edge {

class AddressLimits {
 public:
  // `addresses_max` is rounded up to a multiple of four; 16 bytes each. `per_minute` 0: no limit.
  AddressLimits(std::size_t addresses_max, std::uint32_t per_minute);
  LimitDecision take(const http::Address& address, std::int64_t now_ms);

 private:
  static constexpr std::size_t kWays = 4;
  struct alignas(64) Bucket {
    std::atomic<std::uint64_t> holder[kWays] = {};  // the address itself, see holder_of(); 0: free
    std::atomic<std::uint64_t> window[kWays] = {};
  };
  static std::uint64_t holder_of(const http::Address& address);
  static LimitDecision count(std::atomic<std::uint64_t>& window, std::uint32_t limit, std::int64_t now_ms);

  const std::size_t buckets_;
  const std::uint32_t per_minute_;
  std::unique_ptr<Bucket[]> table_;
  Key128 key_;
};

}  // namespace footfall::edge
