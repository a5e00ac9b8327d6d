#include "proto/http/server_metrics.h"

#include <algorithm>

namespace footfall::http {
namespace {

// The statuses with which a server itself refuses; any other is counted as "other".
constexpr std::array<int, 12> kStatuses = {400, 405, 408, 411, 413, 414, 415, 417, 421, 431, 501, 505};
constexpr std::array<const char*, 6> kTimeouts = {"idle", "header", "body", "write", "answer", "handshake"};

Counter& handshakes(Metrics& metrics, const std::string& server, const char* outcome) {
  return metrics.counter("footfall_http_tls_handshakes_total", "TLS handshakes, by how they ended.",
                         {{"server", server}, {"outcome", outcome}});
}

}  // namespace

ServerMetrics::ServerMetrics(Metrics& metrics, const std::string& server)
    : connections(metrics.counter("footfall_http_connections_total", "Connections accepted.", {{"server", server}})),
      connections_open(metrics.gauge("footfall_http_connections_open", "Connections open now.", {{"server", server}})),
      connections_refused(metrics.counter("footfall_http_connections_refused_total",
                                          "Connections closed at once, mostly for want of file descriptors.",
                                          {{"server", server}})),
      listening_paused(metrics.counter("footfall_http_listening_paused_total",
                                       "Times that listening stopped because connections_max was reached.",
                                       {{"server", server}})),
      evicted_for_room(metrics.counter("footfall_http_connections_evicted_total",
                                       "Connections closed to make room, by what was full.",
                                       {{"server", server}, {"full", "connections"}})),
      evicted_for_memory(metrics.counter("footfall_http_connections_evicted_total",
                                         "Connections closed to make room, by what was full.",
                                         {{"server", server}, {"full", "buffers"}})),
      accept_errors(metrics.counter("footfall_http_accept_errors_total", "Failures of accept, such as EMFILE.",
                                    {{"server", server}})),
      requests(metrics.counter("footfall_http_requests_total", "Requests given to a handler.", {{"server", server}})),
      handshakes_full(handshakes(metrics, server, "full")),
      handshakes_resumed(handshakes(metrics, server, "resumed")),
      handshakes_failed(handshakes(metrics, server, "failed")),
      handshakes_refused(handshakes(metrics, server, "refused")),
      handshakes_evicted(handshakes(metrics, server, "evicted")) {
  for (std::size_t i = 0; i < kTimeouts.size(); ++i) {
    timeouts[i] = &metrics.counter("footfall_http_timeouts_total", "Deadlines that passed, by what was waited for.",
                                   {{"server", server}, {"kind", kTimeouts[i]}});
  }
  for (std::size_t i = 0; i < refusals_.size(); ++i) {
    const std::string status = i < kStatuses.size() ? std::to_string(kStatuses[i]) : "other";
    refusals_[i] = &metrics.counter("footfall_http_refusals_total", "Requests refused before any handler saw them.",
                                    {{"server", server}, {"status", status}});
  }
}

void ServerMetrics::refusal(int status) {
  const auto found = std::find(kStatuses.begin(), kStatuses.end(), status);
  refusals_[static_cast<std::size_t>(found - kStatuses.begin())]->add();
}

}  // namespace footfall::http
