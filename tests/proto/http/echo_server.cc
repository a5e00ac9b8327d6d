// The echo handler as a program: echo_server PORT. For suites and load generators that want a server to talk to.
#include <cstdio>
#include <cstdlib>

#include "proto/base/clock.h"
#include "proto/base/lifecycle.h"
#include "proto/base/metrics.h"
#include "proto/http/server.h"
#include "tests/proto/http/echo_handler.h"

int main(int argc, char** argv) {
  footfall::block_stop_signals();
  footfall::Metrics metrics;
  footfall::http::EchoHandler handler;
  footfall::http::ServerOptions options;
  options.address = "127.0.0.1";
  options.port = static_cast<std::uint16_t>(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 0);
  options.limits.requests_per_connection_max = 1'000'000'000;
  auto server = footfall::http::HttpServer::listen(options, handler, footfall::system_clock(), metrics);
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return 1;
  }
  std::printf("listening on %u\n", (*server)->port());
  std::fflush(stdout);
  footfall::Worker worker("http", [&server](const std::stop_token&) { (*server)->run(); });
  footfall::wait_for_stop_signal();
  (*server)->drain(5'000);
  worker.join();
  return 0;
}
