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

// The network of an IPv6 client is its /64, which is just these 64 bits. An IPv4 address stands below a prefix of
// multicast, which no client has, so the two never meet. 0 marks a free place; ::/64, the network of ::1, gives way to
// it.
std::uint64_t AddressLimits::holder_of(const http::Address& address) {
  std::uint64_t holder = 0;
  const std::size_t significant = address.size == 16 ? 8 : address.size;
  for (std::size_t i = 0; i < significant; ++i) holder = holder << 8 | address.bytes[i];
  if (address.size == 16) return holder == 0 ? 1 : holder;
  return holder | 0xFFFF'FFFF'0000'0000u;
}

LimitDecision AddressLimits::take(const http::Address& address, std::int64_t now_ms) {
  if (per_minute_ == 0) return {};
  const std::uint64_t holder = holder_of(http::limited_network(address));
  // The place is keyed, so that nobody can choose addresses that share one; the address decides who is counted.
  Bucket& bucket = table_[siphash(key_, {reinterpret_cast<const char*>(&holder), sizeof holder}) % buckets_];
  for (std::size_t way = 0; way < kWays; ++way) {
    if (bucket.holder[way].load(std::memory_order_relaxed) != holder) continue;
    return count(bucket.window[way], per_minute_, now_ms);
  }
  for (std::size_t way = 0; way < kWays; ++way) {
    if (!Window::unpacked(bucket.window[way].load(std::memory_order_relaxed)).has_expired(now_ms)) continue;
    // Two addresses that take the same place at the same moment share its count: harmless, and gone in a minute.
    bucket.holder[way].store(holder, std::memory_order_relaxed);
    return count(bucket.window[way], per_minute_, now_ms);
  }
  return {};
}

}  // namespace footfall::edge
