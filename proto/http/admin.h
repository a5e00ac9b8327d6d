// The admin port: GET /metrics (Prometheus), /livez (the process answers) and /readyz (200 if traffic should come here,
// else 503; JSON with the reasons against, and who is away although we do without). Any host name, nothing else. On a
// thread of its own.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "proto/base/metrics.h"
#include "proto/http/server.h"

namespace footfall::http {

class Admin : public Handler {
 public:
  // Stable words, asked for on the admin thread. `reasons_against`: why the program is not ready; empty: it is.
  // `away`: who is away although we do without. `metrics` outlives it.
  using Words = std::function<std::vector<std::string>()>;
  Admin(const Metrics& metrics, Words reasons_against, Words away);

  void handle(const Request& request, Responder& responder) override;
  RoutePolicy policy(Method, std::string_view, std::string_view) override {
    return {.body_bytes_max = 0, .chunked_allowed = false};
  }
  void refusal(const Request& request, int status, std::string_view reason, std::string& content_type,
               std::string& extra_fields, std::string& body) override;

 private:
  void send_readiness(Responder& responder) const;

  const Metrics& metrics_;
  Words reasons_against_;
  Words away_;
};

}  // namespace footfall::http
