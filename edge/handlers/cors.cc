#include "edge/handlers/cors.h"

#include <algorithm>
#include <array>

#include "proto/base/bytes.h"

#define FOOTFALL_CORS_HEAD "Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: POST, OPTIONS\r\n"
#define FOOTFALL_CORS_ALLOWED "Access-Control-Allow-Headers: Content-Type, Authorization, X-Public-Key, X-Request-Id"
#define FOOTFALL_CORS_TAIL                                                                                    \
  "\r\nAccess-Control-Expose-Headers: Retry-After, X-Request-Id, X-RateLimit-Limit, X-RateLimit-Remaining, "  \
  "X-RateLimit-Reset\r\nAccess-Control-Max-Age: 86400\r\nCache-Control: no-store\r\nX-Content-Type-Options: " \
  "nosniff\r\n"

namespace footfall::edge {
namespace {

constexpr std::size_t kNamesMax = 32;
constexpr std::size_t kNamesBytesMax = 1'024;
constexpr std::array<std::string_view, 4> kAlwaysAllowed = {"content-type", "authorization", "x-public-key",
                                                            "x-request-id"};

// RFC 9110 5.6.2.
bool is_token(std::string_view text) {
  const auto is_tchar = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !text.empty() && std::ranges::all_of(text, is_tchar);
}

bool is_always_allowed(std::string_view name) {
  return std::ranges::any_of(kAlwaysAllowed,
                             [name](std::string_view other) { return equal_ignoring_case(name, other); });
}

}  // namespace

std::string_view cors_fields() { return FOOTFALL_CORS_HEAD FOOTFALL_CORS_ALLOWED FOOTFALL_CORS_TAIL; }

void write_preflight_fields(std::string& out, const http::Request& request) {
  out.assign(FOOTFALL_CORS_HEAD FOOTFALL_CORS_ALLOWED);
  std::string_view rest = request.field("access-control-request-headers");
  std::size_t names = 0;
  std::size_t bytes = 0;
  while (!rest.empty() && names < kNamesMax) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view name = trim(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (!is_token(name) || is_always_allowed(name)) continue;
    bytes += name.size();
    if (bytes > kNamesBytesMax) break;
    ++names;
    out.append(", ").append(name);
  }
  out += FOOTFALL_CORS_TAIL "Vary: Access-Control-Request-Headers\r\n";
}

}  // namespace footfall::edge

#undef FOOTFALL_CORS_HEAD
#undef FOOTFALL_CORS_ALLOWED
#undef FOOTFALL_CORS_TAIL
