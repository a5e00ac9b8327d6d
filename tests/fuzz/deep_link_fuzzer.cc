// COMMON.md D-43: ?url= on a short link. Whatever is asked for, what comes out begins with an allowed host, and is one
// URL that browsers read in one way.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "edge/handlers/deep_link.h"
#include "proto/base/result.h"

using namespace footfall;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string url;
  for (const bool is_query : {false, true}) {
    const bool written = is_query ? edge::write_deep_link(url, text, "shop.example *.cdn.example")
                                  : edge::write_allowed_url(url, text, "shop.example *.cdn.example");
    if (!written) continue;
    const std::string_view scheme = url.starts_with("https://") ? "https://" : "http://";
    FOOTFALL_CHECK(url.starts_with(scheme));
    const std::size_t end = url.find_first_of("/?#\\@:%", scheme.size());
    FOOTFALL_CHECK(end != std::string::npos && url[end] == '/');
    const std::string_view host = std::string_view(url).substr(scheme.size(), end - scheme.size());
    FOOTFALL_CHECK(host == "shop.example" || (host.ends_with(".cdn.example") && host.front() != '.'));
    FOOTFALL_CHECK(std::ranges::none_of(url, [](char c) {
      return static_cast<unsigned char>(c) <= 0x20 || c == '\\' || c == '{' || c == '}' || c == 0x7F;
    }));
  }
  return 0;
}
