#include "core/ingest/networks.h"

#include <charconv>

#include "proto/http/message.h"

namespace footfall::core {

Result<NetworkList> NetworkList::parse(const std::vector<std::string>& networks) {
  NetworkList list;
  for (const auto& text : networks) {
    const auto slash = text.find('/');
    const auto address = http::parse_address(std::string_view(text).substr(0, slash));
    unsigned bits = address.size * 8u;
    bool good = address.size != 0;
    if (good && slash != std::string::npos) {
      const char* begin = text.data() + slash + 1;
      const char* end = text.data() + text.size();
      unsigned given = 0;
      const auto parsed = std::from_chars(begin, end, given);
      good = parsed.ec == std::errc{} && parsed.ptr == end && given <= bits;
      bits = given;
    }
    if (!good) return invalid("ingest.networks: \"" + text + "\" is no network such as 192.0.2.0/24 or 2001:db8::/32");
    list.networks_.push_back({std::string(address.view()), bits});
  }
  return list;
}

bool NetworkList::contains(std::string_view address) const {
  for (const auto& network : networks_) {
    if (network.address.size() != address.size()) continue;
    const std::size_t whole = network.bits / 8;
    if (address.substr(0, whole) != std::string_view(network.address).substr(0, whole)) continue;
    const unsigned rest = network.bits % 8;
    if (rest == 0) return true;
    const auto mask = static_cast<unsigned char>(0xFF << (8 - rest));
    if (((static_cast<unsigned char>(address[whole]) ^ static_cast<unsigned char>(network.address[whole])) & mask) == 0) {
      return true;
    }
  }
  return false;
}

}  // namespace footfall::core
