// Checks of a configuration that go beyond the range of a single value: names, addresses and URLs that could never work
// or never match a request are refused at the start, and by --check-config, with the key and the value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/result.h"

namespace footfall::edge {

struct Config;

struct Endpoint {
  std::string host;  // a name or an address, without brackets
  std::uint16_t port = 0;
};
// "http://host[:port]", an IPv6 address in brackets. None: it is no such URL.
std::optional<Endpoint> parse_endpoint(std::string_view url);

// A host as it comes in a request: a name of DNS in its ASCII form, an IPv4 address, or an IPv6 address in brackets and
// in its shortest form; without port. Any case.
bool is_request_host(std::string_view host);

Result<void> check_config(const Config& config);

}  // namespace footfall::edge
