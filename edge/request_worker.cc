#include "edge/request_worker.h"

#include <string>

namespace footfall::edge {
namespace {

AddressKept address_kept(const Config& config) {
  if (config.address_kept == "full") return AddressKept::full;
  return config.address_kept == "none" ? AddressKept::none : AddressKept::truncated;
}

PlainPortOptions plain_port(const Config& config) {
  return {.redirects = config.http.redirect_to_https, .acme_directory = config.tls.acme_directory};
}

}  // namespace

RequestWorker::RequestWorker(const WorkerContext& shared, unsigned number)
    : workers_context_(shared),
      number_(number),
      recorder_(shared.log, number, shared.click_probe),
      mint_(shared.config.edge_number(), number),
      countries_(shared.countries),
      context_{shared.directory,
               recorder_,
               mint_,
               shared.click_probe,
               shared.proxies,
               countries_,
               shared.click_rate,
               address_kept(shared.config),
               shared.pages},
      redirect_(context_),
      clicks_(context_, shared.key_limits, shared.address_limits, request_ids_, shared.clock),
      proxy_(shared.hosts, shared.proxies, request_ids_, shared.clock, shared.proxy_probe, shared.pages),
      router_({shared.hosts, shared.config.hosts.others, number, plain_port(shared.config)}, context_, redirect_,
              clicks_, request_ids_, proxy_) {}

RequestWorker::~RequestWorker() {
  if (server_) server_->stop();
  thread_.join();
  proxy_.disconnect();  // its connections live on the server's io_context
}

Result<void> RequestWorker::listen(std::uint16_t port, std::uint16_t tls_port) {
  http::ServerOptions options;
  options.address = workers_context_.config.http.address;
  options.port = port;
  options.listen_fd = workers_context_.public_socket;
  options.backlog = static_cast<int>(workers_context_.config.http.backlog);
  if (workers_context_.config.tls.is_on()) {
    options.tls = http::TlsPort{tls_port, workers_context_.tls_socket, &workers_context_.certificates};
  }
  options.use_io_uring = workers_context_.config.http.io_uring;
  options.limits = workers_context_.config.http.limits;
  options.name = "public";
  auto server = http::HttpServer::listen(options, router_, workers_context_.clock, workers_context_.metrics);
  if (!server) return Failure(server.error());
  server_ = std::move(*server);
  const auto outside_port = static_cast<std::uint16_t>(workers_context_.config.tls.outside_port);
  router_.lead_to_https_at(outside_port != 0 ? outside_port : server_->tls_port());
  proxy_.connect(http::HttpClient::on(*server_, workers_context_.config.core_options()));
  return {};
}

void RequestWorker::start() {
  thread_ = Worker("ff-http-" + std::to_string(number_), [this](std::stop_token) { server_->run(); });
}

void RequestWorker::decided(std::uint64_t ticket, bool safe) {
  recorder_.decided(ticket, safe);
  server_->release(ticket, safe);
}

}  // namespace footfall::edge
