// URLs and origins compared with a list of hosts (core/domain/allowed_hosts.h). Pure.
#pragma once

#include <optional>
#include <string_view>

namespace footfall::edge {

// What every browser reads in one way: a scheme in full, a host of letters, digits, "." , "-" and "_", perhaps a port.
struct PlainUrl {
  bool is_secure = false;      // https
  std::string_view authority;  // the host, with a port where it is not the scheme's own; as written
  std::string_view rest;       // what follows: nothing, or from "/", "?" or "#" on
};
// None: the URL is not plainly one.
std::optional<PlainUrl> parse_plain_url(std::string_view url);

// `hosts`: separated by spaces; "*.shop.example" is every host below it.
bool is_allowed_host(std::string_view authority, std::string_view hosts);

// An Origin header: a URL with nothing behind the host. "null" is no site's.
bool is_allowed_origin(std::string_view origin, std::string_view hosts);

}  // namespace footfall::edge
