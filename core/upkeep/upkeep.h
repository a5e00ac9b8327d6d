// The role "upkeep": makes the partitions for the next days of clicks, deletes what is past its retention, retires
// silent edges, marks links that have reached their click cap, approves conversions whose hold is over, attributes
// those whose late click has come, takes events of Stripe's that waited, and says how many events wait for the role
// "deliver". One process does it: the one that holds a session lock, which ends with its connection. One thread.
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
  std::int64_t webhook_days = 30;
  std::int64_t mail_days = 30;                       // of mails, sent or not
  std::int64_t events_days = 7;                      // of events_out, for those that nobody took
  std::int64_t conversions_interval_us = 1'000'000;  // a hold may be as short as a second
};

class Upkeep {
 public:
  // Clock and metrics must outlive it.
  Upkeep(const UpkeepOptions& options, const Clock& clock, Metrics& metrics);

  void run(std::stop_token stop);
  // Takes the lock if nobody holds it, and does once what is neither conversions nor click caps. Returns false when
  // another process holds the lock, or when something failed; that is logged and counted, and the next round tries
  // again.
  bool round();
  // Looks whether there is anything to do for the next three, and does that.
  void frequent_rounds();
  // Marks the links that have reached their click cap, in batches, until a batch is not full. Returns false when
  // something failed, or when this process does not hold the lock.
  bool click_caps_round();
  // Does the conversions, in batches, until a batch is not full. Returns false when something failed, or when this
  // process does not hold the lock.
  bool conversions_round();
  // Tries those of Stripe's events that wait and are due again, one batch. Returns false likewise.
  bool stripe_round();

 private:
  UpkeepOptions options_;
  const Clock& clock_;
  Database database_;
  bool locked_ = false;
  Gauge& leading_;
  Gauge& last_round_;
  Counter& failures_;
  Counter& dropped_partitions_;
  Counter& dropped_events_;
  Gauge& waiting_events_;
  Gauge& oldest_event_;
  Counter& retired_;
  Counter& approved_;
  Counter& resolved_;
  Counter& given_up_;

  void failed(const Error& error);
  Result<void> make_partitions();
  Result<void> drop_expired();
  Result<void> look_at_events();
  Result<void> retire_silent();
};

}  // namespace footfall::core
