// Which addresses lie in the public internet. Whoever lets strangers choose where a program connects to asks this
// first. Pure.
#pragma once

#include <cstdint>
#include <span>

namespace footfall::core {

// `address`: 4 bytes of IPv4 or 16 of IPv6, in network order; anything else is not public. False for every block that
// IANA reserves: private, loopback, link-local, shared, documentation, benchmarking, multicast and future ones, and for
// IPv6 addresses that stand for an IPv4 address (mapped, 6to4, NAT64, Teredo) which is not public itself. False
// also for the metadata services of clouds, wherever they are.
bool is_public_address(std::span<const std::uint8_t> address);

}  // namespace footfall::core
