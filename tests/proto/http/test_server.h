// A server on a thread of its own, with a handler that a test scripts.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "proto/base/clock.h"
#include "proto/base/metrics.h"
#include "proto/http/handler.h"
#include "proto/http/server.h"

namespace footfall::http {

class ScriptHandler : public Handler {
 public:
  std::function<void(const Request&, Responder&)> on_request;
  std::function<RoutePolicy(std::string_view path)> on_policy;
  std::function<bool(std::string_view host)> on_host;
  std::function<void()> on_after;
  std::string last_refusal;  // "status method host path"

  void handle(const Request& request, Responder& responder) override {
    if (on_request) return on_request(request, responder);
    responder.send({200, "text/plain", {}, request.path, false});
  }
  RoutePolicy policy(Method, std::string_view, std::string_view path) override {
    return on_policy ? on_policy(path) : RoutePolicy{};
  }
  bool serves(const Request& request) override { return !on_host || on_host(request.host); }
  RefusalText refusal(const Request& request, int status, std::string_view reason) override {
    last_refusal = std::to_string(status) + " " + std::string(method_name(request.method)) + " " +
                   std::string(request.host) + " " + std::string(request.path);
    return {"application/problem", "X-Refused: yes\r\n", std::string(reason)};
  }
  void after_requests() override {
    if (on_after) on_after();
  }
};

// Server and thread; ends by stop() if a test did not drain it.
class RunningServer {
 public:
  RunningServer(const ServerOptions& options, Handler& handler, Metrics& metrics)
      : server_(HttpServer::listen(options, handler, system_clock(), metrics).value()),
        thread_([this] { server_->run(); }) {}
  ~RunningServer() { end(); }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  HttpServer& operator*() { return *server_; }
  HttpServer* operator->() { return server_.get(); }
  std::uint16_t port() const { return server_->port(); }
  void wait() { thread_.join(); }  // until it ended by itself
  void end() {
    server_->stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

inline ServerOptions local_options() {
  ServerOptions options;
  options.address = "127.0.0.1";
  options.name = "test";
  return options;
}

// The value of a series in the exposition, 0 if it is not there.
double metric(const Metrics& metrics, const std::string& series);

}  // namespace footfall::http
