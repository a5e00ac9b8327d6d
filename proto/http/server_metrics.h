// The metrics of a server. Handles are resolved once; servers with the same name share them.
#pragma once

#include <array>
#include <string>

#include "proto/base/metrics.h"

namespace footfall::http {

enum class Timeout : std::uint8_t { idle, header, body, write, answer, handshake };

struct ServerMetrics {
  ServerMetrics(Metrics& metrics, const std::string& server);

  Counter& connections;
  Gauge& connections_open;
  Counter& connections_refused;
  Counter& listening_paused;    // connections_max
  Counter& evicted_for_room;    // connections_max
  Counter& evicted_for_memory;  // buffer_bytes_max
  Counter& accept_errors;
  Counter& requests;
  Counter& handshakes_full;     // TLS
  Counter& handshakes_resumed;  // with a session ticket
  Counter& handshakes_failed;
  Counter& handshakes_refused;       // handshakes_per_client_s
  Counter& handshakes_evicted;       // handshakes_max
  std::array<Counter*, 6> timeouts;  // by Timeout

  void refusal(int status);

 private:
  std::array<Counter*, 13> refusals_;
};

}  // namespace footfall::http
