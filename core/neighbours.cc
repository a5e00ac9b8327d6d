#include "core/neighbours.h"

#include "proto/base/lifecycle.h"
#include "proto/base/logging.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kIntervalUs = 1'000'000;

}  // namespace

Neighbours::Neighbours(const std::string& postgres_url, const redis::Options& redis, bool migrates,
                       std::function<void()> ready, Metrics& metrics)
    : database_(postgres_url, "footfall-core readiness"),
      redis_(redis::make_client(redis)),
      migrates_(migrates),
      ready_(std::move(ready)) {
  metrics.gauge_function("footfall_core_postgres_up", "1 while PostgreSQL answers.",
                         [this] { return postgres_is_there_.load() ? 1 : 0; });
  metrics.gauge_function("footfall_core_redis_up", "1 while Redis answers.",
                         [this] { return redis_is_there_.load() ? 1 : 0; });
}

void Neighbours::run(std::stop_token stop) {
  do {
    ask();
  } while (!sleep_or_stop(stop, kIntervalUs));
}

void Neighbours::ask() {
  note_postgres([this]() -> Result<void> {
    if (!schema_is_current_) return settle_schema();
    auto answer = database_.query("select 1");
    if (!answer) return Failure(answer.error());
    return {};
  }());
  const auto pong = redis_->command({"PING"});
  const bool there = pong && !pong->is_error();
  if (redis_is_there_.exchange(there) != there) {
    there ? log_info("core.redis.back") : log_warn("core.redis.away");
  }
}

Result<void> Neighbours::settle_schema() {
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

void Neighbours::note_postgres(const Result<void>& answer) {
  const bool there = answer.has_value();
  const std::string problem = there ? "" : "postgres: " + answer.error().message;
  const std::lock_guard lock(mutex_);
  if (problem != problem_ && there) log_info("core.postgres.back");
  if (problem != problem_ && !there) log_warn("core.postgres.away", {{"reason", problem}});
  problem_ = problem;
  postgres_is_there_ = there;
}

std::vector<std::string> Neighbours::reasons_against() const {
  const std::lock_guard lock(mutex_);
  if (problem_.empty()) return {};
  return {problem_};
}

std::vector<std::string> Neighbours::away() const {
  if (redis_is_there_) return {};
  return {"redis"};
}

}  // namespace footfall::core
