#include "edge/limits/address_limits.h"

#include "proto/http/limited_network.h"

#include <algorithm>

namespace footfall::edge {

AddressLimits::AddressLimits(std::size_t addresses_max, std::uint32_t per_minute)
    : buckets_(std::max<std::size_t>((addresses_max + kWays - 1) / kWays, 1)),
      per_minute_(per_minute),
      table_(std::make_unique<Bucket[]>(buckets_)) {
  random_bytes(key_.data(), key_.size());
}

LimitDecision AddressLimits::count(std::atomic<std::uint64_t>& window, std::uint32_t limit, std::int64_t now_ms) {
  std::uint64_t bits = window.load(std::memory_order_relaxed);
  while (true) {
    const WindowStep result = step(Window::unpacked(bits), 0, limit, now_ms);
    if (!result.decision.allowed) return result.decision;
    if (window.compare_exchange_weak(bits, result.next.packed(), std::memory_order_relaxed)) return result.decision;
  }
}

LimitDecision AddressLimits::take(const http::Address& address, std::int64_t now_ms) {
  if (per_minute_ == 0) return {};
  // The lowest bit is set, so that it is never the mark of a free place.
  const std::uint64_t hash = siphash(key_, http::limited_network(address).view()) | 1;
  Bucket& bucket = table_[(hash >> 1) % buckets_];
  for (std::size_t way = 0; way < kWays; ++way) {
    if (bucket.holder[way].load(std::memory_order_relaxed) != hash) continue;
    return count(bucket.window[way], per_minute_, now_ms);
  }
  for (std::size_t way = 0; way < kWays; ++way) {
    if (!Window::unpacked(bucket.window[way].load(std::memory_order_relaxed)).has_expired(now_ms)) continue;
    // Two addresses that take the same place at the same moment share its count: harmless, and gone in a minute.
    bucket.holder[way].store(hash, std::memory_order_relaxed);
    return count(bucket.window[way], per_minute_, now_ms);
  }
  return {};
}

}  // namespace footfall::edge
