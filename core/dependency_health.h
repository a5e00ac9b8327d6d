// Whether PostgreSQL and Redis can be worked with, for readiness; and the moment at which the roles may start: when
// PostgreSQL answers and its schema is this program's (migrated here, if so configured). One thread checks each second.
// A PostgreSQL that is frozen holds that thread up; so an answer counts for six seconds only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/storage/database.h"
#include "proto/base/metrics.h"
#include "proto/base/thread_annotations.h"
#include "proto/redis/client.h"

namespace footfall::core {

class DependencyHealth {
 public:
  // `ready` is called once, on run()'s thread, when the database can be worked with.
  DependencyHealth(const std::string& postgres_url, const redis::Options& redis, bool migrates,
                   std::function<void()> ready, Metrics& metrics);

  void run(std::stop_token stop);
  void check();  // one round

  // Thread-safe. Why core is not ready; and what is away although core is ready without it.
  std::vector<std::string> reasons_against() const;
  std::vector<std::string> away() const;

 private:
  Database database_;
  std::unique_ptr<redis::Redis> redis_;
  const bool migrates_;
  std::function<void()> ready_;
  bool schema_is_current_ = false;
  mutable Mutex mutex_;
  std::string postgres_problem_ FOOTFALL_GUARDED_BY(mutex_) = "postgres: not checked yet";  // empty: none
  std::string redis_problem_ FOOTFALL_GUARDED_BY(mutex_) = "redis";                         // empty: none
  std::int64_t postgres_answered_us_ FOOTFALL_GUARDED_BY(mutex_) = 0;                       // steady clock

  Result<void> make_schema_current();
  void note_postgres(const Result<void>& answer);
  void check_redis();
};

}  // namespace footfall::core
