// What plain HTTP is for beside the port with TLS:
//
//   GET, HEAD /.well-known/acme-challenge/{token}   the file of that name in the ACME folder, where one is configured,
//                                                   so that certbot's webroot method works on every host
//   with http.redirect_to_https: GET, HEAD          301 to the same address with https
//                                anything else      403 in the caller's dialect: following a redirect would send a key
//                                                   a second time after it has been seen already (SE-18)
//
// A request that a trusted proxy says came by HTTPS is none of this. One per worker, on its thread; it reads a small
// file while the worker waits, which only certificate authorities have a reason to ask for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/http/forwarded.h"
#include "proto/http/handler.h"

namespace footfall::edge {

struct PlainPortOptions {
  bool redirects = false;
  std::string acme_directory;  // empty: no challenges are served
};

class PlainPort {
 public:
  PlainPort(PlainPortOptions options, const http::TrustedProxies& proxies);  // `proxies` outlives it

  // Where the redirects lead: the port of HTTPS as visitors see it. Before the first request; otherwise 443.
  void lead_to(std::uint16_t tls_port) { tls_port_ = tls_port; }

  enum class Outcome : std::uint8_t { not_mine, answered, refused };
  // `refused`: nothing was answered, and the caller owes a 403.
  Outcome handle(const http::Request& request, http::Responder& responder) const;

 private:
  bool serve_challenge(std::string_view token, http::Responder& responder) const;
  void redirect(const http::Request& request, http::Responder& responder) const;

  const PlainPortOptions options_;
  std::uint16_t tls_port_ = 443;
  const http::TrustedProxies& proxies_;
};

}  // namespace footfall::edge
