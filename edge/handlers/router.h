// Chooses the handler of a request, by its host and then by its path (COMMON.md D-1).
//
//   every host         GET, HEAD /health       {"status":"ok","timestamp":…} (AFS-71, COMMON.md C-9)
//                      without TLS             what plain_port.h says, if it is configured
//   short-link host    everything else         Redirect
//   any other host     /v1/clicks              Clicks, with doubled and final slashes too; near misses get 404
//                      GET, HEAD /v1/footfall.js and its kin    Snippet
//                      everything else         `elsewhere`: the proxy to core
//
// It also words what the server refuses: a page on short-link hosts, and for a browser on a host that is not served;
// the dialect's own error elsewhere, with CORS on the tracking endpoint. One per worker and on its thread: it pins the
// directory at the first request of a wake-up that needs it, and at the end closes the batch and unpins.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "edge/handlers/clicks.h"
#include "edge/handlers/plain_port.h"
#include "edge/handlers/redirect.h"
#include "edge/handlers/snippet.h"
#include "proto/http/handler.h"
#include "proto/wire/dialect.h"

namespace footfall::edge {

struct RouterOptions {
  const wire::HostMap& hosts;
  // Names beside the map's, on which the credential decides; "*" stands for any. Lower case, without port.
  std::vector<std::string> other_hosts;
  unsigned worker = 0;
  PlainPortOptions plain_port{};
};

class Router : public http::Handler {
 public:
  // All outlive this.
  Router(RouterOptions options, const ClickContext& context, Redirect& redirect, Clicks& clicks,
         http::RequestIds& request_ids, http::Handler& elsewhere);

  // Before the first request: the port of HTTPS as visitors see it.
  void lead_to_https_at(std::uint16_t port) { plain_port_.lead_to(port); }

  void handle(const http::Request& request, http::Responder& responder) override;
  http::RoutePolicy policy(http::Method method, std::string_view host, std::string_view path) override;
  bool serves(const http::Request& request) override;
  http::RefusalText refusal(const http::Request& request, int status, std::string_view reason) override;
  void after_requests() override;

 private:
  void refuse_plain_http(const http::Request& request, http::Responder& responder);
  void pin();
  void count_refusal(int status);

  RouterOptions options_;
  ClickContext context_;
  Redirect& redirect_;
  Clicks& clicks_;
  http::RequestIds& request_ids_;
  http::Handler& elsewhere_;
  PlainPort plain_port_;
  Snippet snippet_;
  bool pinned_ = false;
};

}  // namespace footfall::edge
