// Callers of API keys as they were when their key was last looked up. What is remembered may be out of date: whoever
// uses it confirms it before anything comes of it (KeyCheck in routes.h).
//
// Keys are remembered by their SHA-256. At most kCallersMax; when that is reached, all are forgotten. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/actions/caller.h"
#include "proto/base/thread_annotations.h"
#include "proto/wire/dialect.h"

namespace footfall::core {

class KnownCallers {
 public:
  static constexpr std::size_t kCallersMax = 4096;

  // Null: the key is not remembered, or its account speaks another dialect.
  std::shared_ptr<const Caller> find(wire::Dialect dialect, std::string_view key);
  void remember(std::string_view key, const Caller& caller);
  void forget(std::string_view key);

 private:
  Mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Caller>> callers_ FOOTFALL_GUARDED_BY(mutex_);
};

}  // namespace footfall::core
