// The addresses of a host name, from the system's resolver.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace footfall {

using HostAddress = std::vector<std::uint8_t>;  // 4 bytes of IPv4 or 16 of IPv6, in network order

inline constexpr std::size_t kHostAddressesMax = 16;

// Blocks until the resolver has answered or given up: two tries of one second for each name server. `host`: a name or a
// literal address, without brackets. Empty: it does not resolve. Thread-safe.
std::vector<HostAddress> resolve_host(const std::string& host);

}  // namespace footfall
