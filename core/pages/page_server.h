// Where requests for pages arrive. A few threads of its own with one connection each answer them, so that a flood of
// log-ins, which are expensive, takes nothing from the API's workers; a full queue answers 503 with a page.
//
// Order of checks: unknown path 404, wrong method 405; a form that another site sent, or without its token, 403; who
// must be logged in and is not goes to the log-in. Every page forbids scripts but its own, frames and caches.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/pages/page.h"
#include "proto/base/lifecycle.h"
#include "proto/base/metrics.h"
#include "proto/base/thread_annotations.h"
#include "proto/http/forwarded.h"
#include "proto/http/handler.h"

namespace footfall::core {

struct PageServerOptions {
  std::string postgres_url;
  http::TrustedProxies trusted_proxies;
  Site site;
  RegistrationSettings registration = {};  // without mail no page offers what needs one
  int workers = 2;
};

class PageServer {
 public:
  static constexpr std::size_t kWaitingMax = 128;

  // `metrics` outlives it.
  PageServer(PageServerOptions options, Metrics& metrics);
  ~PageServer();
  PageServer(const PageServer&) = delete;
  PageServer& operator=(const PageServer&) = delete;

  // On the server's thread; the answer comes later.
  void handle(const http::Request& request, http::Responder& responder);
  // What the HTTP server refuses by itself, as a page.
  static http::RefusalText refusal(int status);

 private:
  struct Asked {
    PageRequest request;
    http::DeferredAnswer answer;
  };
  void work(int number);
  PageAnswer answer(Database& database, const PageRequest& request) const;
  void send(const PageAnswer& answer, http::DeferredAnswer& to) const;

  PageServerOptions options_;
  const PageAnswer busy_;              // made once: it is sent when there is no time
  std::array<Counter*, 6> answers_{};  // by class of status
  Counter& refused_;
  Mutex mutex_;
  std::condition_variable_any arrived_;
  std::deque<std::shared_ptr<Asked>> waiting_ FOOTFALL_GUARDED_BY(mutex_);
  bool stopping_ FOOTFALL_GUARDED_BY(mutex_) = false;
  std::vector<Worker> workers_;  // last: they end before what they use
};

}  // namespace footfall::core
