#include "core/api/known_callers.h"

#include "core/domain/keys.h"

namespace footfall::core {

std::shared_ptr<const Caller> KnownCallers::find(wire::Dialect dialect, std::string_view key) {
  const std::string hash = key_hash(key);
  const MutexLock lock(mutex_);
  const auto found = callers_.find(hash);
  if (found == callers_.end() || found->second->account.dialect != dialect) return nullptr;
  return found->second;
}

void KnownCallers::remember(std::string_view key, const Caller& caller) {
  auto kept = std::make_shared<const Caller>(caller);
  std::string hash = key_hash(key);
  const MutexLock lock(mutex_);
  if (callers_.size() >= kCallersMax) callers_.clear();
  callers_.insert_or_assign(std::move(hash), std::move(kept));
}

void KnownCallers::forget(std::string_view key) {
  const std::string hash = key_hash(key);
  const MutexLock lock(mutex_);
  callers_.erase(hash);
}

}  // namespace footfall::core
