#include "edge/handlers/deep_link.h"

#include "edge/handlers/allowed_host.h"
#include "proto/base/bytes.h"
#include "proto/wire/query.h"

namespace footfall::edge {

bool write_allowed_url(std::string& out, std::string_view url, std::string_view hosts) {
  const auto plain = parse_plain_url(url);
  if (!plain || !is_allowed_host(plain->authority, hosts)) return false;
  out.assign(plain->is_secure ? "https://" : "http://");
  for (const char c : plain->authority) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (!plain->rest.starts_with('/')) out += '/';
  for (const char c : plain->rest) {
    if (c == '{') {
      out += "%7B";
    } else if (c == '}') {
      out += "%7D";
    } else {
      out += c;
    }
  }
  return true;
}

bool write_deep_link(std::string& out, std::string_view query, std::string_view hosts) {
  wire::QueryReader reader(query);
  for (wire::QueryParameter parameter; reader.next(parameter);) {
    if (!wire::names_parameter(parameter.name, kDeepLinkParameter)) continue;
    // A "+" stands for itself: no URL holds a blank.
    return write_allowed_url(out, percent_decode(parameter.value, false), hosts);
  }
  return false;
}

}  // namespace footfall::edge
