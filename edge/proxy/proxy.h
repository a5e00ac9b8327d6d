// Everything that is not a click goes to core, over pooled keep-alive connections. The edge never interprets it; it
// knows the dialect only by host, credential and path, to answer when core does not: 503 when it is away, 504 when it
// is late, 502 when what it says is not HTTP, each in the dialect's own error body; where a page for people should be
// (proto/wire/page_paths.h), with one of the edge's own pages. One per worker, on its thread.
//
// Bounds: the client's (connections, queue, sizes, times); a request is copied once, an answer once.
#pragma once

#include <memory>
#include <string>

#include "edge/pages/page_store.h"
#include "proto/base/clock.h"
#include "proto/base/metrics.h"
#include "proto/http/client.h"
#include "proto/http/forwarded.h"
#include "proto/http/handler.h"
#include "proto/http/server.h"
#include "proto/wire/dialect.h"

namespace footfall::edge {

// One serves all workers. Thread-safe.
struct ProxyProbe {
  explicit ProxyProbe(Metrics& metrics);
  Counter& requests;
  Counter& unavailable;  // errors, by reason
  Counter& late;
  Counter& bad_answers;
  Histogram& seconds;
};

class Proxy : public http::Handler {
 public:
  // All outlive this.
  Proxy(const wire::HostMap& hosts, const http::TrustedProxies& proxies, http::RequestIds& request_ids,
        const Clock& clock, const ProxyProbe& probe, const PageStore& pages);

  // The way to core, once the server it runs on exists; until then everything is answered as if core were away.
  void connect(std::unique_ptr<http::HttpClient> core) { core_ = std::move(core); }
  // Before that server ends.
  void disconnect() { core_.reset(); }

  void handle(const http::Request& request, http::Responder& responder) override;
  http::RefusalText refusal(const http::Request& request, int status, std::string_view reason) override;

 private:
  wire::Dialect dialect_of(const http::Request& request) const;

  const wire::HostMap& hosts_;
  const http::TrustedProxies& proxies_;
  http::RequestIds& request_ids_;
  const Clock& clock_;
  const ProxyProbe& probe_;
  const PageStore& pages_;
  std::unique_ptr<http::HttpClient> core_;
};

}  // namespace footfall::edge
