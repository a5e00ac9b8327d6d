#include "core/domain/deep_link_hosts.h"

#include <algorithm>

#include "core/domain/target_url.h"
#include "proto/base/bytes.h"

namespace footfall::core {
namespace {

constexpr std::size_t kHostsMax = 32;
constexpr std::string_view kBelow = "*.";

// By the rules of a target: what parse_target_url() leaves of "https://HOST/" is the host with its port.
Result<std::string> parse_host(std::string_view text) {
  text = trim(text);
  const bool is_below = text.starts_with(kBelow);
  const std::string_view host = is_below ? text.substr(kBelow.size()) : text;
  if (host.find_first_of("/?# ") != std::string_view::npos) {
    return invalid("\"" + std::string(text) + "\" is no host: shop.example, shop.example:8443 or *.shop.example");
  }
  auto url = parse_target_url("https://" + std::string(host) + "/");
  if (!url) return Failure(url.error());
  if (url->host.starts_with('[')) return invalid("a deep link leads to a host by its name, not by an IPv6 address");
  constexpr std::size_t kSchemeBytes = 8;
  const std::string normal = url->text.substr(kSchemeBytes, url->text.size() - kSchemeBytes - 1);
  if (is_below && url->host.find('.') == std::string::npos) {
    return invalid("\"" + std::string(text) + "\" would allow every host of a top-level domain");
  }
  return (is_below ? std::string(kBelow) : std::string()) + normal;
}

}  // namespace

Result<std::string> parse_deep_link_hosts(const std::vector<std::string>& hosts) {
  if (hosts.size() > kHostsMax) return invalid("a campaign allows deep links to at most 32 hosts");
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

std::vector<std::string> deep_link_host_list(std::string_view stored) {
  std::vector<std::string> hosts;
  while (!stored.empty()) {
    const std::size_t end = std::min(stored.find(' '), stored.size());
    hosts.emplace_back(stored.substr(0, end));
    stored.remove_prefix(std::min(end + 1, stored.size()));
  }
  return hosts;
}

}  // namespace footfall::core
