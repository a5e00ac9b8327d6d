// Networks whose clicks never count: data centres, an office, a load generator. Thread-safe after construction.
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
  // `address`: 4 or 16 bytes. One that was truncated matches by what is left of it.
  bool contains(std::string_view address) const;

 private:
  http::TrustedProxies networks_;  // the same kind of list, for another purpose
};

}  // namespace footfall::core
