#include "proto/base/host_addresses.h"

#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <sys/socket.h>

#include <memory>

namespace footfall {

std::vector<HostAddress> resolve_host(const std::string& host) {
  // The resolver's state belongs to the thread. By default a try takes five seconds.
  if ((_res.options & RES_INIT) == 0) res_init();
  _res.retrans = 1;
  _res.retry = 2;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {};
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  std::vector<HostAddress> all;
  for (const addrinfo* one = found; one != nullptr && all.size() < kHostAddressesMax; one = one->ai_next) {
    if (one->ai_family == AF_INET) {
      const auto* bytes =
          reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in*>(one->ai_addr)->sin_addr);
      all.emplace_back(bytes, bytes + 4);
    } else if (one->ai_family == AF_INET6) {
      const auto* bytes =
          reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in6*>(one->ai_addr)->sin6_addr);
      all.emplace_back(bytes, bytes + 16);
    }
  }
  return all;
}

}  // namespace footfall
