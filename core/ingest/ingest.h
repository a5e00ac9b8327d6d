// The role "ingest": stores what edges ship in Redis streams as rows in PostgreSQL. Runs one WatermarkPublisher and
// some StreamOwners, each on a thread of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/ingest/click_rules.h"
#include "proto/base/clock.h"
#include "proto/base/metrics.h"
#include "proto/base/result.h"

namespace footfall::core {

struct IngestOptions {
  std::string postgres_url;
  std::string redis_url;
  std::int64_t threads = 2;
  std::int64_t poll_ms = 20;
  std::int64_t clicks_per_transaction_max = 16'384;
  std::int64_t bytes_per_read_max = 16 << 20;
  std::int64_t resend_after_ms = 2'000;
  std::int64_t clock_skew_max_ms = 60'000;
  std::int64_t retention_days = 400;
  RuleSources rules;
  std::string failpoint;
};

class Ingest {
 public:
  // Fails on options that start() would refuse: an unreadable crawler list, a malformed network or Redis URL.
  static Result<void> check(const IngestOptions& options);
  // Starts the threads; fails only where check() does. `clock` and `metrics` must outlive it. Redis and PostgreSQL need
  // not be reachable yet.
  static Result<std::unique_ptr<Ingest>> start(const IngestOptions& options, const Clock& clock, Metrics& metrics);
  // Waits until each thread has finished its transaction.
  ~Ingest();

 private:
  struct Implementation;
  explicit Ingest(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace footfall::core
