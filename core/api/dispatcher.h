// Where core's HTTP requests arrive: takes a request from the edge, finds out who really asked (trusted proxies only),
// chooses the dialect and hands the request to the pool, where admission answers it. The choice: the host, then the
// key's record, then, where the head has no key, the fields of body and query, then the credential's shape, then the
// path (COMMON.md D-1 to D-7). Nothing here knows a dialect's rules.
//
// Threads: handle() on the server's thread; the rest of a request on the pool and the waiters.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "core/api/click_waiter.h"
#include "core/api/delivery_waiter.h"
#include "core/api/dialect_api.h"
#include "core/api/worker_pool.h"
#include "proto/base/clock.h"
#include "proto/base/metrics.h"
#include "proto/http/forwarded.h"
#include "proto/http/handler.h"
#include "proto/wire/dialect.h"

namespace footfall::core {

struct DispatcherOptions {
  wire::HostMap hosts;
  http::TrustedProxies trusted_proxies;
};

class ApiDispatcher {
 public:
  struct Waiters {
    ClickWaiter& clicks;
    DeliveryWaiter& deliveries;
  };
  // `apis` has one of every dialect. Pool, waiters, clock and metrics outlive the dispatcher.
  ApiDispatcher(DispatcherOptions options, std::vector<std::unique_ptr<DialectApi>> apis, WorkerPool& pool,
                Waiters waiters, const Clock& clock, Metrics& metrics);
  ~ApiDispatcher();
  ApiDispatcher(const ApiDispatcher&) = delete;
  ApiDispatcher& operator=(const ApiDispatcher&) = delete;

  void handle(const http::Request& request, http::Responder& responder);
  // The error body for what never became a call (the HTTP guard's refusals).
  http::RefusalText refusal(const http::Request& request, int status, std::string_view reason) const;

 private:
  struct PendingRequest;
  void work_on(const std::shared_ptr<PendingRequest>& pending, WorkerContext& context);
  void enqueue(const std::shared_ptr<PendingRequest>& pending);
  void finish(const std::shared_ptr<PendingRequest>& pending, const ApiResponse& api_response);
  wire::Dialect choose_dialect(const ApiRequest& request, WorkerContext& context) const;

  DispatcherOptions options_;
  std::array<std::unique_ptr<DialectApi>, 5> apis_;
  WorkerPool& pool_;
  ClickWaiter& waiter_;
  DeliveryWaiter& delivery_waiter_;
  const Clock& clock_;
  http::RequestIds request_ids_;
  std::array<std::array<Counter*, 6>, 5> responses_{};  // by dialect and class of status
  std::array<Histogram*, 5> seconds_{};
};

}  // namespace footfall::core
