// The admin port: GET /metrics (Prometheus), /livez (the process answers) and /readyz (200 if traffic should come here,
// else 503; a JSON object with the reasons and with what is away). For operators and their machines only.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "proto/base/metrics.h"
#include "proto/http/server.h"

namespace footfall::core {

class Admin : public http::Handler {
 public:
  using Words = std::function<std::vector<std::string>()>;  // thread-safe
  // `metrics` outlives it.
  Admin(const Metrics& metrics, Words reasons_against, Words away);

  void handle(const http::Request& request, http::Responder& responder) override;
  void refusal(const http::Request& request, int status, std::string_view reason, std::string& content_type,
               std::string& extra_fields, std::string& body) override;

 private:
  const Metrics& metrics_;
  Words reasons_against_;
  Words away_;
};

}  // namespace footfall::core
