// The configured networks whose clicks never count, for example data centres, the own office, a load generator.
// Thread-safe after construction; a look-up is a binary search.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/result.h"

namespace footfall::core {

struct NetworkSources {
  std::vector<std::string> networks;    // "192.0.2.0/24", "2001:db8::/32", or a single address
  std::string file;                     // more of them, one a line, # begins a comment; empty: none
  bool addresses_are_truncated = true;  // what edges store of them; then narrower networks are refused
};

// Whether an address is in a network. Unknown: it is truncated, and the network holds a part of what it may have been.
enum class InNetwork : std::uint8_t { no, yes, unknown };

class NetworkList {
 public:
  // Errors: invalid, with the network, or with the file that cannot be read.
  static Result<NetworkList> load(const NetworkSources& sources);
  // `address` has 4 or 16 bytes; any other length: no. One whose last bits are zero is taken for a truncated one.
  InNetwork find(std::string_view address) const;
  // The networks as they were given, sorted: what verdicts depend on.
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  using Bytes = std::array<std::uint8_t, 16>;  // an IPv4 address in the first four
  struct Range {
    Bytes first, last;
  };

  std::vector<Range> ipv4_, ipv6_;  // sorted, apart from each other
  std::vector<std::string> texts_;
};

}  // namespace footfall::core
