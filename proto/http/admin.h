// The handler of the admin port, the same in both programs: GET /metrics (Prometheus), /livez (the process answers) and
// /readyz. /readyz answers 200 if traffic should come here, else 503, with JSON that gives the reasons and the
// dependencies that are away. Every host name is served and there are no other paths. It runs on a thread of its own.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "proto/base/metrics.h"
#include "proto/http/handler.h"

namespace footfall::http {

class Admin : public Handler {
 public:
  // Both functions return stable words and are called on the admin thread. `reasons_not_ready` says why traffic should
  // not come here; it is empty when the program is ready. `away` names the dependencies that cannot be reached although
  // the program works without them. `metrics` outlives this object; the log's own metric is added to it.
  using ReadWords = std::function<std::vector<std::string>()>;
  Admin(Metrics& metrics, ReadWords reasons_not_ready, ReadWords away);

  void handle(const Request& request, Responder& responder) override;
  RoutePolicy policy(Method, std::string_view, std::string_view) override {
    return {.body_bytes_max = 0, .chunked_allowed = false};
  }
  RefusalText refusal(const Request& request, int status, std::string_view reason) override;

 private:
  void send_readiness(Responder& responder) const;

  const Metrics& metrics_;
  ReadWords reasons_not_ready_;
  ReadWords away_;
};

}  // namespace footfall::http
