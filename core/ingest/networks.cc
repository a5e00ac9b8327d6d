#include "core/ingest/networks.h"

#include <algorithm>

namespace footfall::core {

Result<NetworkList> NetworkList::parse(const std::vector<std::string>& networks) {
  auto parsed = http::TrustedProxies::parse(networks);
  if (!parsed) return invalid("ingest.networks: " + parsed.error().message);
  NetworkList list;
  list.networks_ = std::move(*parsed);
  return list;
}

bool NetworkList::contains(std::string_view address) const {
  http::Address parsed;
  if (address.size() > sizeof parsed.bytes) return false;
  std::copy(address.begin(), address.end(), parsed.bytes);
  parsed.size = static_cast<std::uint8_t>(address.size());
  return networks_.contains(parsed);
}

}  // namespace footfall::core
