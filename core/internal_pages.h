// /internal/…: the directory for edges that cannot use Redis. Only trusted peers and loopback are answered, for the
// directory holds the edges' secrets; to others these paths do not exist. One thread of its own with one connection,
// so that a burst of edges that load the whole takes nothing from the calls of customers; a full queue answers 503.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "core/storage/database.h"
#include "proto/base/lifecycle.h"
#include "proto/base/thread_annotations.h"
#include "proto/http/forwarded.h"
#include "proto/http/handler.h"

namespace footfall::core {

class InternalPages {
 public:
  InternalPages(const std::string& postgres_url, http::TrustedProxies trusted);

  static bool is_internal(std::string_view path) { return path.starts_with("/internal/"); }
  // On the server's thread; the answer comes later.
  void handle(const http::Request& request, http::Responder& responder);

 private:
  static constexpr std::size_t kWaitingMax = 64;
  struct Asked {
    std::string path, query;
    http::DeferredAnswer answer;
  };

  http::TrustedProxies trusted_;
  Database database_;  // of the worker's thread
  Mutex mutex_;
  std::condition_variable_any arrived_;
  std::deque<Asked> waiting_ FOOTFALL_GUARDED_BY(mutex_);
  Worker worker_;  // last: it ends before what it uses

  void work(const std::stop_token& stop);
  void answer(const Asked& asked);
};

}  // namespace footfall::core
