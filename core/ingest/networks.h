// The configured networks whose clicks never count, for example data centres, the own office, a load generator.
// Thread-safe after construction.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/base/result.h"
#include "proto/http/forwarded.h"

namespace footfall::core {

class NetworkList {
 public:
  // "192.0.2.0/24", "2001:db8::/32", or a single address.
  static Result<NetworkList> parse(const std::vector<std::string>& networks);
  // `address` has 4 or 16 bytes. Edges zero its last bits (privacy.address); it is compared as it is, so that a network
  // narrower than /24 (IPv6: /48) then holds too much or nothing.
  bool contains(std::string_view address) const;

 private:
  http::TrustedProxies networks_;  // a list of networks like this one
};

}  // namespace footfall::core
