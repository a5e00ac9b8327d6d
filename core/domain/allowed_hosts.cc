#include "core/domain/allowed_hosts.h"

#include <libpsl.h>

#include <algorithm>

#include "core/domain/target_url.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

constexpr std::size_t kHostsMax = 32;
constexpr std::string_view kBelow = "*.";

// By the public suffix list that libpsl brings, private suffixes (github.io) among them. A top-level domain that is not
// on it is one, too.
bool is_public_suffix(const std::string& host) { return psl_is_public_suffix(psl_builtin(), host.c_str()) == 1; }

// By the rules of a target: what parse_target_url() leaves of "https://HOST/" is the host with its port.
Result<std::string> parse_host(std::string_view text) {
  text = trim(text);
  const bool is_below = text.starts_with(kBelow);
  const std::string_view host = is_below ? text.substr(kBelow.size()) : text;
  if (host.find_first_of("/?# ") != std::string_view::npos) {
    return invalid("\"" + std::string(text) + "\" is no host: shop.example, shop.example:8443 or *.shop.example");
  }
  auto url = parse_target_url("https://" + std::string(host) + "/");
  if (!url) return invalid(url.error().message);
  if (url->host.starts_with('[')) return invalid("a host is allowed by its name, not by an IPv6 address");
  constexpr std::size_t kSchemeBytes = 8;
  const std::string normal = url->text.substr(kSchemeBytes, url->text.size() - kSchemeBytes - 1);
  if (is_below && is_public_suffix(url->host)) {
    return invalid("\"" + std::string(text) + "\" would allow hosts of everybody: anyone can have a name below " +
                   url->host);
  }
  return (is_below ? std::string(kBelow) : std::string()) + normal;
}

}  // namespace

Result<std::string> parse_allowed_hosts(const std::vector<std::string>& hosts) {
  if (hosts.size() > kHostsMax) return invalid("at most 32 hosts can be allowed");
  std::vector<std::string> known;
  for (const std::string& text : hosts) {
    auto host = parse_host(text);
    if (!host) return host;
    if (std::ranges::find(known, *host) == known.end()) known.push_back(*host);
  }
  std::string stored;
  for (const std::string& host : known) stored.append(stored.empty() ? "" : " ").append(host);
  return stored;
}

std::vector<std::string> allowed_host_list(std::string_view stored) {
  std::vector<std::string> hosts;
  while (!stored.empty()) {
    const std::size_t end = std::min(stored.find(' '), stored.size());
    hosts.emplace_back(stored.substr(0, end));
    stored.remove_prefix(std::min(end + 1, stored.size()));
  }
  return hosts;
}

}  // namespace footfall::core
