#include "proto/http/limited_network.h"

#include <algorithm>
#include <iterator>

namespace footfall::http {

Address limited_network(const Address& address) {
  constexpr std::size_t kNetworkBytes = 8;
  Address network = address;
  if (network.size > kNetworkBytes) std::fill(network.bytes + kNetworkBytes, std::end(network.bytes), std::uint8_t{0});
  return network;
}

}  // namespace footfall::http
