#include "core/dependency_health.h"

#include "proto/base/clock.h"
#include "proto/base/lifecycle.h"
#include "proto/base/logging.h"
#include "proto/wire/streams.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kIntervalUs = 1'000'000;
constexpr std::int64_t kAnswerCountsUs = 6'000'000;  // a round waits for Redis up to two seconds

}  // namespace

DependencyHealth::DependencyHealth(const std::string& postgres_url, const redis::Options& redis, bool migrates,
                                   std::function<void()> ready, Metrics& metrics)
    : database_(postgres_url, "footfall-core readiness"),
      redis_(redis::make_client(redis)),
      migrates_(migrates),
      ready_(std::move(ready)) {
  metrics.gauge_function("footfall_core_postgres_up", "1 while PostgreSQL answers.",
                         [this] { return reasons_against().empty() ? 1 : 0; });
  metrics.gauge_function("footfall_core_redis_up", "1 while Redis answers and takes writes.",
                         [this] { return away().empty() ? 1 : 0; });
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
  check_redis();
}

// A Redis may answer and refuse to write: out of memory, a replica that was not promoted, writes paused.
void DependencyHealth::check_redis() {
  const auto written = redis_->command({"SET", wire::kHealthKey, "1", "PX", "10000"});
  std::string problem;
  if (written && written->is_error()) problem = "redis: refuses writes: " + written->text;
  if (!written) {
    const auto pong = redis_->command({"PING"});
    problem = pong && !pong->is_error() ? "redis: refuses writes: no answer to a write" : "redis";
  }
  const MutexLock lock(mutex_);
  if (problem == redis_problem_) return;
  problem.empty() ? log_info("core.redis.back") : log_warn("core.redis.away", {{"reason", problem}});
  redis_problem_ = problem;
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
  const MutexLock lock(mutex_);
  if (problem != postgres_problem_ && is_up) log_info("core.postgres.back");
  if (problem != postgres_problem_ && !is_up) log_warn("core.postgres.away", {{"reason", problem}});
  postgres_problem_ = problem;
  postgres_answered_us_ = system_clock().steady_us();
}

std::vector<std::string> DependencyHealth::reasons_against() const {
  const MutexLock lock(mutex_);
  if (!postgres_problem_.empty()) return {postgres_problem_};
  const auto silent_us = system_clock().steady_us() - postgres_answered_us_;
  if (silent_us < kAnswerCountsUs) return {};
  return {"postgres: no answer for " + std::to_string(silent_us / 1'000'000) + " s"};
}

std::vector<std::string> DependencyHealth::away() const {
  const MutexLock lock(mutex_);
  if (redis_problem_.empty()) return {};
  return {redis_problem_};
}

}  // namespace footfall::core
