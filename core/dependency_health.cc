#include "core/dependency_health.h"

#include "proto/base/lifecycle.h"
#include "proto/base/logging.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kIntervalUs = 1'000'000;

}  // namespace

DependencyHealth::DependencyHealth(const std::string& postgres_url, const redis::Options& redis, bool migrates,
                                   std::function<void()> ready, Metrics& metrics)
    : database_(postgres_url, "footfall-core readiness"),
      redis_(redis::make_client(redis)),
      migrates_(migrates),
      ready_(std::move(ready)) {
  metrics.gauge_function("footfall_core_postgres_up", "1 while PostgreSQL answers.",
                         [this] { return postgres_is_up_.load() ? 1 : 0; });
  metrics.gauge_function("footfall_core_redis_up", "1 while Redis answers.",
                         [this] { return redis_is_up_.load() ? 1 : 0; });
}

void DependencyHealth::run(std::stop_token stop) {
  do {
    check();
  } while (!sleep_or_stop(stop, kIntervalUs));
}

void DependencyHealth::check() {
  note_postgres([this]() -> Result<void> {
    if (!schema_is_current_) return make_schema_current();
    auto answer = database_.query("select 1");
    if (!answer) return Failure(answer.error());
    return {};
  }());
  const auto pong = redis_->command({"PING"});
  const bool is_up = pong && !pong->is_error();
  if (redis_is_up_.exchange(is_up) != is_up) {
    is_up ? log_info("core.redis.back") : log_warn("core.redis.away");
  }
}

Result<void> DependencyHealth::make_schema_current() {
  if (migrates_) {
    auto report = migrate(database_);
    if (!report) return Failure(report.error());
    for (const auto& name : report->applied) log_info("core.migrated", {{"migration", name}});
  } else {
    auto status = migration_status(database_);
    if (!status) return Failure(status.error());
    if (!status->pending.empty()) {
      return internal("the database lacks " + status->pending.front() + ": run footfall-core migrate");
    }
  }
  schema_is_current_ = true;
  ready_();
  return {};
}

void DependencyHealth::note_postgres(const Result<void>& answer) {
  const bool is_up = answer.has_value();
  const std::string problem = is_up ? "" : "postgres: " + answer.error().message;
  const std::lock_guard lock(mutex_);
  if (problem != problem_ && is_up) log_info("core.postgres.back");
  if (problem != problem_ && !is_up) log_warn("core.postgres.away", {{"reason", problem}});
  problem_ = problem;
  postgres_is_up_ = is_up;
}

std::vector<std::string> DependencyHealth::reasons_against() const {
  const std::lock_guard lock(mutex_);
  if (problem_.empty()) return {};
  return {problem_};
}

std::vector<std::string> DependencyHealth::away() const {
  if (redis_is_up_) return {};
  return {"redis"};
}

}  // namespace footfall::core
