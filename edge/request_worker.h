// Everything that one worker thread uses: an HTTP server on its own io_context and acceptor, the handlers, the open
// batch, the way to core. Workers share nothing mutable but the limits; the directory is read, batches are handed
// over.
#pragma once

#include <cstdint>
#include <memory>

#include "edge/config.h"
#include "edge/handlers/click_context.h"
#include "edge/handlers/router.h"
#include "edge/proxy/proxy.h"
#include "proto/base/lifecycle.h"

namespace footfall::edge {

// Shared by all workers; outlives them.
struct WorkerContext {
  const Config& config;
  const Clock& clock;
  Metrics& metrics;
  const wire::HostMap& hosts;
  const http::TrustedProxies& proxies;
  const ClickProbe& click_probe;
  const ProxyProbe& proxy_probe;
  const DirectoryReader& directory;
  const Countries& countries;
  ClickLog& log;
  KeyLimits& key_limits;
  AddressLimits& address_limits;
  ClickRate& click_rate;
  const PageStore& pages;
  const tls::CertificateStore& certificates;
  int public_socket;  // to listen on, of all workers; -1: each binds the port
  int tls_socket;     // the same for HTTPS
};

class RequestWorker {
 public:
  RequestWorker(const WorkerContext& shared, unsigned number);
  ~RequestWorker();
  RequestWorker(const RequestWorker&) = delete;
  RequestWorker& operator=(const RequestWorker&) = delete;

  // Binds `port`, and `tls_port` where TLS is on, or says why not.
  Result<void> listen(std::uint16_t port, std::uint16_t tls_port);
  std::uint16_t port() const { return server_->port(); }
  std::uint16_t tls_port() const { return server_->tls_port(); }
  void start();

  // One of this worker's batches is safe, or is not. Called on the thread that wrote, the log's or any worker's.
  void decided(std::uint64_t ticket, bool safe);
  std::uint64_t in_flight() const { return recorder_.in_flight(); }

  // Finishes open requests, until the deadline; then join().
  void drain(std::int64_t deadline_ms) { server_->drain(deadline_ms); }
  void join() { thread_.join(); }

 private:
  const WorkerContext& workers_context_;
  const unsigned number_;
  Recorder recorder_;
  wire::ClickIdMint mint_;
  CountryLookup countries_;
  http::RequestIds request_ids_;
  ClickContext context_;
  Redirect redirect_;
  Clicks clicks_;
  Proxy proxy_;
  Router router_;
  std::unique_ptr<http::HttpServer> server_;
  Worker thread_;
};

}  // namespace footfall::edge
