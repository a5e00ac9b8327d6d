// Browsers and parsers disagree about user names, backslashes, control characters, escapes and numbers in a URL's
// authority. So the authority is taken apart here and compared letter by letter. What does not look like one has no
// host we know.
#include "edge/handlers/allowed_host.h"

#include <algorithm>

#include "proto/base/bytes.h"

namespace footfall::edge {
namespace {

constexpr std::size_t kUrlBytesMax = 2048;  // as of a target in core
constexpr std::size_t kPortDigitsMax = 5;

bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && equal_ignoring_case(text.substr(0, start.size()), start);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '.' || c == '-' || c == '_';
}

bool is_confusing(char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '\\'; }

// `authority` and `allowed` are hosts, with a port where it is not the scheme's own.
bool is_allowed(std::string_view authority, std::string_view allowed) {
  if (!allowed.starts_with("*.")) return equal_ignoring_case(authority, allowed);
  const std::string_view below = allowed.substr(1);  // ".shop.example"
  if (authority.size() <= below.size()) return false;
  const std::string_view label = authority.substr(0, authority.size() - below.size());
  return label.front() != '.' && label.find("..") == label.npos && label.back() != '.' &&
         equal_ignoring_case(authority.substr(label.size()), below);
}

// "shop.example:443" → "shop.example" where that is the scheme's own port. Empty: no plain host.
std::string_view plain_authority(std::string_view authority, std::string_view own_port) {
  const std::size_t host_bytes =
      static_cast<std::size_t>(std::ranges::find_if_not(authority, is_host_character) - authority.begin());
  const std::string_view host = authority.substr(0, host_bytes);
  if (host.empty() || host.size() == authority.size()) return host;
  const std::string_view port = authority.substr(host_bytes + 1);
  const bool is_port = authority[host_bytes] == ':' && !port.empty() && port.size() <= kPortDigitsMax &&
                       port.front() != '0' && std::ranges::all_of(port, is_digit);
  if (!is_port) return {};
  return port == own_port ? host : authority;
}

}  // namespace

std::optional<PlainUrl> parse_plain_url(std::string_view url) {
  if (url.size() > kUrlBytesMax || std::ranges::any_of(url, is_confusing)) return std::nullopt;
  PlainUrl plain;
  plain.is_secure = starts_with_ignoring_case(url, "https://");
  if (!plain.is_secure && !starts_with_ignoring_case(url, "http://")) return std::nullopt;
  url.remove_prefix(plain.is_secure ? 8 : 7);
  const std::size_t authority_bytes = std::min(url.find_first_of("/?#"), url.size());
  plain.authority = plain_authority(url.substr(0, authority_bytes), plain.is_secure ? "443" : "80");
  plain.rest = url.substr(authority_bytes);
  if (plain.authority.empty()) return std::nullopt;
  return plain;
}

bool is_allowed_host(std::string_view authority, std::string_view hosts) {
  while (!hosts.empty()) {
    const std::size_t end = std::min(hosts.find(' '), hosts.size());
    if (is_allowed(authority, hosts.substr(0, end))) return true;
    hosts.remove_prefix(std::min(end + 1, hosts.size()));
  }
  return false;
}

bool is_allowed_origin(std::string_view origin, std::string_view hosts) {
  const auto url = parse_plain_url(origin);
  return url && url->rest.empty() && is_allowed_host(url->authority, hosts);
}

}  // namespace footfall::edge
