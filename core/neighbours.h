// PostgreSQL and Redis as readiness sees them; and the moment at which the roles may start: when PostgreSQL is there
// and its schema is this program's (migrated by us, if so configured). One thread asks each second.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "core/storage/database.h"
#include "proto/base/metrics.h"
#include "proto/redis/client.h"

namespace footfall::core {

class Neighbours {
 public:
  // `ready` is called once, on run()'s thread, when the database can be worked with.
  Neighbours(const std::string& postgres_url, const redis::Options& redis, bool migrates, std::function<void()> ready,
             Metrics& metrics);

  void run(std::stop_token stop);
  void ask();  // one round

  // Thread-safe. What keeps us from serving; and what is away without keeping us.
  std::vector<std::string> reasons_against() const;
  std::vector<std::string> away() const;

 private:
  Database database_;
  std::unique_ptr<redis::Redis> redis_;
  const bool migrates_;
  std::function<void()> ready_;
  bool schema_is_current_ = false;
  std::atomic<bool> postgres_is_there_{false};
  std::atomic<bool> redis_is_there_{false};
  mutable std::mutex mutex_;
  std::string problem_ = "postgres: not asked yet";  // guarded; empty: none

  Result<void> settle_schema();
  void note_postgres(const Result<void>& answer);
};

}  // namespace footfall::core
