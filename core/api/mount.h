// Where core's HTTP calls arrive: takes a request from the edge, settles who really asked (trusted proxies only),
// chooses the dialect (host, then the key's record, then what a keyless head's body says, then the credential's shape,
// then the path: COMMON.md D-1 to D-7), and hands the call to the pool. Nothing here knows a dialect's rules.
//
// Threads: handle() on the server's thread; the rest of a call on the pool and the click waiter.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "core/api/click_waiter.h"
#include "core/api/desk.h"
#include "core/api/pool.h"
#include "proto/base/clock.h"
#include "proto/base/metrics.h"
#include "proto/http/forwarded.h"
#include "proto/http/server.h"
#include "proto/wire/dialect.h"

namespace footfall::core {

struct MountOptions {
  wire::HostMap hosts;
  http::TrustedProxies trusted_proxies;
};

class ApiMount {
 public:
  // All outlive the mount. Tongues are looked up by their dialect; a dialect without one is answered 404 in its form.
  ApiMount(MountOptions options, std::vector<std::unique_ptr<Tongue>> tongues, Pool& pool, ClickWaiter& waiter,
           const Clock& clock, Metrics& metrics);
  ~ApiMount();
  ApiMount(const ApiMount&) = delete;
  ApiMount& operator=(const ApiMount&) = delete;

  void handle(const http::Request& request, http::Responder& responder);
  // The error body for what never became a call (the HTTP guard's refusals).
  void refusal(const http::Request& request, int status, std::string_view reason, std::string& content_type,
               std::string& extra_fields, std::string& body) const;

 private:
  struct Exchange;
  void work_on(const std::shared_ptr<Exchange>& exchange, Desk& desk);
  void enqueue(const std::shared_ptr<Exchange>& exchange);
  void finish(const std::shared_ptr<Exchange>& exchange, const Answer& answer);
  wire::Dialect choose_dialect(const Call& call, Desk& desk) const;

  MountOptions options_;
  std::array<std::unique_ptr<Tongue>, 5> tongues_;
  Pool& pool_;
  ClickWaiter& waiter_;
  const Clock& clock_;
  http::RequestIds request_ids_;
  std::array<std::array<Counter*, 6>, 5> answers_{};  // by dialect and class of status
  std::array<Histogram*, 5> seconds_{};
};

}  // namespace footfall::core
