// The role that keeps the tables in shape: partitions of clicks ahead of time, retention, the published directory's
// log, edges that fell silent. One process at a time (a session lock). One thread.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "core/storage/database.h"
#include "proto/base/clock.h"
#include "proto/base/lifecycle.h"
#include "proto/base/metrics.h"

namespace footfall::core {

struct UpkeepOptions {
  std::string postgres_url;
  std::int64_t interval_us = 30'000'000;
  std::int64_t click_retention_days = 400;
  std::int64_t rollup_retention_days = 1'100;
  std::int64_t directory_log_hours = 48;
  std::int64_t partitions_ahead_days = 3;
  std::int64_t edge_silence_hours = 24;
  std::int64_t postback_log_days = 30;
  std::int64_t conversions_interval_us = 1'000'000;  // a hold may be as short as a second
};

class Upkeep {
 public:
  // Clock and metrics outlive it.
  Upkeep(const UpkeepOptions& options, const Clock& clock, Metrics& metrics);

  void run(std::stop_token stop);
  // One round. False: another process does it, or something failed (logged, counted; the next round tries again).
  bool round();
  // Conversions alone, until a batch comes back less than full. False as above, or when this process does not lead.
  bool conversions_round();

 private:
  UpkeepOptions options_;
  const Clock& clock_;
  Database database_;
  bool locked_ = false;
  Gauge& leading_;
  Gauge& last_round_;
  Counter& failures_;
  Counter& dropped_partitions_;
  Counter& retired_;
  Counter& approved_;
  Counter& resolved_;
  Counter& given_up_;

  void failed(const Error& error);
  Result<void> make_partitions();
  Result<void> drop_expired();
  Result<void> retire_silent();
};

}  // namespace footfall::core
