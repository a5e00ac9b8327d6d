// A host name in the configuration is compared with the Host of requests as text, so it has to be written as clients
// write it: core refuses the same names on its command line. A name of other letters stands here in its ASCII form,
// because that is what browsers send.
#include "edge/config_check.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <vector>

#include "edge/config.h"
#include "proto/base/bytes.h"
#include "proto/http/forwarded.h"
#include "proto/redis/client.h"
#include "proto/wire/streams.h"

namespace footfall::edge {
namespace {

constexpr std::size_t kHostLengthMax = 253;
constexpr std::size_t kLabelLengthMax = 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c); }

bool is_edge_name(std::string_view name) {
  const auto is_allowed = [](char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= wire::kEdgeNameLengthMax && std::ranges::all_of(name, is_allowed);
}

bool is_label(std::string_view label) {
  const auto is_allowed = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_'; };
  return !label.empty() && label.size() <= kLabelLengthMax && std::ranges::all_of(label, is_allowed);
}

// The shortest form of an address, so that it is the text that clients send.
bool is_written_as_clients_do(std::string_view address) {
  const http::Address parsed = http::parse_address(address);
  return parsed.size != 0 && parsed.text() == to_lower_ascii(address);
}

bool is_name_or_ipv4(std::string_view host) {
  if (host.empty() || host.size() > kHostLengthMax) return false;
  std::string_view last;
  for (std::string_view rest = host; last.data() == nullptr || !rest.empty();) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    last = rest.substr(0, dot);
    if (!is_label(last) || dot + 1 == rest.size()) return false;
    rest.remove_prefix(std::min(dot + 1, rest.size()));
  }
  // Browsers read a name that ends in a number as an address, in octal and hexadecimal as well.
  const bool is_number = std::ranges::all_of(last, is_digit) || to_lower_ascii(last).starts_with("0x");
  return !is_number || is_written_as_clients_do(host);
}

Failure refused(const std::string& key, std::string_view value, const std::string& why) {
  return invalid(key + ": \"" + std::string(value) + "\" " + why);
}

Result<void> check_listen_address(const std::string& key, const std::string& address) {
  const bool is_address = !address.starts_with('[') && http::parse_address(address).size != 0;
  if (!is_address) return refused(key, address, "is not an IPv4 or IPv6 address to listen on");
  return {};
}

Result<void> check_hosts(const HostsConfig& hosts) {
  std::map<std::string, std::string> seen;  // folded name → key
  const auto check = [&](const std::string& key, const std::vector<std::string>& names) -> Result<void> {
    for (const std::string& name : names) {
      if (key == "hosts.others" && name == "*") continue;
      if (!is_request_host(name)) {
        return refused(key, name,
                       "is not a host as requests name it: a name (in its ASCII form), an IPv4 address or [an IPv6 "
                       "address], without scheme, port and path");
      }
      const auto [other, is_new] = seen.emplace(to_lower_ascii(name), key);
      if (!is_new) return refused(key, other->first, "stands in " + other->second + " as well");
    }
    return {};
  };
  const std::pair<const char*, const std::vector<std::string>*> lists[] = {
      {"hosts.baclique", &hosts.baclique},       {"hosts.selgeo", &hosts.selgeo},
      {"hosts.affspace", &hosts.affspace},       {"hosts.affily", &hosts.affily},
      {"hosts.short_links", &hosts.short_links}, {"hosts.others", &hosts.others}};
  for (const auto& [key, names] : lists) {
    if (auto checked = check(key, *names); !checked) return checked;
  }
  return {};
}

Result<void> check_urls(const Config& config) {
  const auto redis = redis::parse_url(config.redis_url);
  if (!redis) return invalid("redis.url is not redis://[user:password@]host[:port][/database]");
  const bool is_ipv6 = redis->host.find(':') != std::string::npos;
  if (!is_request_host(is_ipv6 ? "[" + redis->host + "]" : redis->host)) {
    return refused("redis.url", redis->host, "is not a host");  // the rest of the URL may hold a password
  }
  if (!parse_endpoint(config.core.url)) return refused("core.url", config.core.url, "is not http://host:port");
  if (const auto proxies = http::TrustedProxies::parse(config.trusted_proxies); !proxies) {
    return invalid("trusted_proxies: " + proxies.error().message);
  }
  return {};
}

}  // namespace

bool is_request_host(std::string_view host) {
  if (!host.starts_with('[')) return is_name_or_ipv4(host);
  if (host.size() < 4 || !host.ends_with(']')) return false;
  const std::string_view address = host.substr(1, host.size() - 2);
  return http::parse_address(address).size == 16 && is_written_as_clients_do(address);
}

std::optional<Endpoint> parse_endpoint(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  if (url.ends_with('/')) url.remove_suffix(1);
  const std::size_t bracket = url.starts_with('[') ? url.find(']') : 0;
  if (bracket == std::string_view::npos) return std::nullopt;
  const std::size_t colon = url.find(':', bracket);
  std::string_view host = url.substr(0, colon);
  if (!is_request_host(host)) return std::nullopt;
  if (bracket != 0) host = host.substr(1, bracket - 1);
  Endpoint endpoint{std::string(host), 80};
  if (colon != std::string_view::npos) {
    const char* end = url.data() + url.size();
    const auto [stop, error] = std::from_chars(url.data() + colon + 1, end, endpoint.port);
    if (error != std::errc() || stop != end || endpoint.port == 0) return std::nullopt;
  }
  return endpoint;
}

Result<void> check_config(const Config& config) {
  if (!is_edge_name(config.name)) return refused("name", config.name, "is not letters, digits, . _ - only");
  if (auto checked = check_urls(config); !checked) return checked;
  if (auto checked = check_listen_address("http.address", config.http.address); !checked) return checked;
  if (auto checked = check_listen_address("admin.address", config.admin.address); !checked) return checked;
  if (config.http.port != 0 && config.http.port == config.admin.port) {
    return invalid("http.port and admin.port must differ");
  }
  if (config.tls.is_on() && config.tls.port != 0 &&
      (config.tls.port == config.http.port || config.tls.port == config.admin.port)) {
    return invalid("tls.port must differ from http.port and admin.port");
  }
  if (config.http.redirect_to_https && !config.tls.is_on()) {
    return invalid("http.redirect_to_https leads nowhere without tls.certificates");
  }
  if (config.log.segment_bytes % 4096 != 0) return invalid("log.segment_bytes is not a multiple of 4096");
  if (config.log.total_bytes_max < 2 * config.log.segment_bytes) {
    return invalid("log.total_bytes_max must hold at least two segments of log.segment_bytes");
  }
  if (config.ack != "redis" && config.log.directory.empty()) return invalid("log.directory is empty");
  return check_hosts(config.hosts);
}

}  // namespace footfall::edge
