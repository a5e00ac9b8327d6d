#include "edge/proxy/forward.h"

#include <algorithm>
#include <array>

#include "proto/base/bytes.h"

namespace footfall::edge {
namespace {

constexpr std::array<std::string_view, 12> kHopByHop = {"connection",
                                                        "keep-alive",
                                                        "proxy-connection",
                                                        "proxy-authenticate",
                                                        "proxy-authorization",
                                                        "te",
                                                        "trailer",
                                                        "transfer-encoding",
                                                        "upgrade",
                                                        "expect",
                                                        "content-length",
                                                        "host"};
constexpr std::array<std::string_view, 9> kSetByEdge = {"forwarded",        "x-forwarded-for",  "x-forwarded-proto",
                                                        "x-forwarded-host", "x-forwarded-port", "x-forwarded-server",
                                                        "x-real-ip",        "x-request-id",     "via"};

template <typename Names>
bool is_among(const Names& names, std::string_view name) {
  return std::ranges::any_of(names, [name](std::string_view other) { return equal_ignoring_case(name, other); });
}

// Whether a Connection field of `request` names `name`.
bool is_named_by_connection(const http::Request& request, std::string_view name) {
  for (const http::Field& field : request.fields) {
    if (!equal_ignoring_case(field.name, "connection")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      if (equal_ignoring_case(trim(rest.substr(0, comma)), name)) return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

http::ClientRequest make_core_request(const http::Request& request, const http::ClientInfo& caller,
                                      std::string_view request_id) {
  http::ClientRequest out;
  out.method = request.method;
  out.target = request.target;
  // HTTP/1.0 needs no Host, HTTP/1.1 towards core does: it is then a name that tells nothing of the dialect.
  out.host = request.host_header.empty() ? std::string_view("localhost") : request.host_header;
  out.body = request.body;
  for (const http::Field& field : request.fields) {
    const bool is_ours = is_among(kHopByHop, field.name) || is_among(kSetByEdge, field.name);
    if (is_ours || field.name.find('_') != std::string_view::npos || is_named_by_connection(request, field.name)) {
      continue;
    }
    append_field(out.extra_fields, field.name, field.value);
  }
  append_field(out.extra_fields, "X-Forwarded-For", caller.address.text());
  // Said only when it is known. Unsaid and from a near peer is plain HTTP that core may accept.
  if (caller.used_plain_http()) {
    append_field(out.extra_fields, "X-Forwarded-Proto", "http");
  } else if (caller.scheme == http::Scheme::https) {
    append_field(out.extra_fields, "X-Forwarded-Proto", "https");
  }
  append_field(out.extra_fields, "X-Request-Id", request_id);
  return out;
}

std::string make_client_fields(const http::ClientResponse& response, std::string_view request_id) {
  std::string out;
  for (const auto& [name, value] : response.fields) {
    const bool is_ours = is_among(kHopByHop, name) || equal_ignoring_case(name, "x-request-id") ||
                         equal_ignoring_case(name, "server") || equal_ignoring_case(name, "date");
    if (!is_ours) append_field(out, name, value);
  }
  append_field(out, "X-Request-Id", request_id);
  return out;
}

}  // namespace footfall::edge
