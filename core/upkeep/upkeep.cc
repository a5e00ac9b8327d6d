// run() does one round every interval and, once a second, the conversions, whose holds may be as short as a second, and
// the click caps; mostly there are none, and then the look for them is all that is done.
// Every step reads its limits from the clock, so a round that was missed is made up by the next one.
#include "core/upkeep/upkeep.h"

#include <algorithm>

#include "core/actions/keep_up_conversions.h"
#include "core/actions/stripe_sales.h"
#include "core/storage/click_caps.h"
#include "core/storage/dashboard_users.h"
#include "core/storage/directory_log.h"
#include "core/storage/erasures.h"
#include "core/storage/events.h"
#include "core/storage/events_out.h"
#include "core/storage/mails.h"
#include "core/storage/partitions.h"
#include "core/storage/postbacks.h"
#include "core/storage/refused_reports.h"
#include "core/storage/streams.h"
#include "core/storage/stripe_sales.h"
#include "core/storage/waiting_work.h"
#include "core/storage/webhook_deliveries.h"
#include "proto/base/logging.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;
constexpr int kConversionsAtOnce = 500;
constexpr std::int64_t kCapNotesAtOnce = 2'000;
constexpr int kStripeEventsAtOnce = 200;  // the rest comes a second later

}  // namespace

Upkeep::Upkeep(const UpkeepOptions& options, const Clock& clock, Metrics& metrics)
    : options_(options),
      clock_(clock),
      database_(options.postgres_url, "footfall-core upkeep"),
      leading_(metrics.gauge("footfall_upkeep_leading", "1 in the process that does the upkeep, else 0.")),
      last_round_(metrics.gauge("footfall_upkeep_last_round_timestamp_seconds", "When a round last ended well.")),
      failures_(metrics.counter("footfall_upkeep_failures_total",
                                "Rounds that failed, and conversions that could not be attributed in one.")),
      dropped_partitions_(metrics.counter("footfall_upkeep_dropped_partitions_total",
                                          "Days of clicks that were dropped at the retention limit.")),
      dropped_events_(metrics.counter("footfall_upkeep_dropped_events_total",
                                      "Events that were deleted because no process made webhooks of them in a week.")),
      waiting_events_(metrics.gauge("footfall_upkeep_waiting_events",
                                    "Events of which no webhooks have been made yet, 100000 at most; 0 where this "
                                    "process does not do the upkeep.")),
      oldest_event_(metrics.gauge("footfall_upkeep_oldest_event_seconds", "How long the oldest of them has waited.")),
      retired_(metrics.counter("footfall_upkeep_retired_edges_total", "Incarnations retired because of silence.")),
      approved_(metrics.counter("footfall_upkeep_conversions_total",
                                "Conversions that upkeep moved on, by what was done.", {{"done", "approved"}})),
      resolved_(metrics.counter("footfall_upkeep_conversions_total",
                                "Conversions that upkeep moved on, by what was done.", {{"done", "resolved"}})),
      given_up_(metrics.counter("footfall_upkeep_conversions_total",
                                "Conversions that upkeep moved on, by what was done.", {{"done", "given_up"}})) {}

void Upkeep::run(std::stop_token stop) {
  std::int64_t next_round_us = 0;
  while (!stop.stop_requested()) {
    if (clock_.steady_us() >= next_round_us) {
      round();
      next_round_us = clock_.steady_us() + options_.interval_us;
    }
    frequent_rounds();
    sleep_or_stop(stop, std::min(options_.interval_us, options_.conversions_interval_us));
  }
}

bool Upkeep::round() {
  const auto work = [this]() -> Result<bool> {
    if (!locked_ || !database_.connected()) {
      auto locked = try_lock_role(database_, Role::upkeep);
      if (!locked || !*locked) return locked;
      locked_ = true;
      database_.begin_on_this_connection_only();
    }
    if (auto made = make_partitions(); !made) return Failure(made.error());
    if (auto dropped = drop_expired(); !dropped) return Failure(dropped.error());
    if (auto retired = retire_silent(); !retired) return Failure(retired.error());
    auto trimmed = trim_directory_log(database_, clock_.wall_us() - options_.directory_log_hours * kHourUs);
    if (!trimmed) return Failure(trimmed.error());
    auto notes = trim_postback_log(database_, clock_.wall_us() - options_.postback_log_days * 24 * kHourUs);
    if (!notes) return Failure(notes.error());
    if (auto looked = look_at_events(); !looked) return Failure(looked.error());
    auto webhooks = trim_webhook_events(database_, clock_.wall_us() - options_.webhook_days * 24 * kHourUs);
    if (!webhooks) return Failure(webhooks.error());
    auto dashboard = trim_dashboard_sessions(database_, clock_.wall_us() - 30 * 24 * kHourUs);
    if (!dashboard) return Failure(dashboard.error());
    auto mails = trim_mails(database_, clock_.wall_us() - options_.mail_days * 24 * kHourUs);
    if (!mails) return Failure(mails.error());
    auto sessions = trim_test_sessions(database_, clock_.wall_us() - 24 * kHourUs);
    if (!sessions) return Failure(sessions.error());
    const std::int64_t now_us = clock_.wall_us();
    auto stripe = trim_stripe_events(database_, now_us - kStripeEventDays * 24 * kHourUs,
                                     now_us - kStripeUnusedDays * 24 * kHourUs);
    if (!stripe) return Failure(stripe.error());
    return true;
  };
  auto done = work();
  if (!done) {
    failed(done.error());
  } else if (*done) {
    last_round_.set(static_cast<double>(clock_.wall_us()) / 1e6);
  }
  leading_.set(locked_ ? 1 : 0);
  if (done && !*done) {  // another process has the role, and says it; after a failed round what was seen last holds
    waiting_events_.set(0);
    oldest_event_.set(0);
  }
  return done && *done;
}

void Upkeep::failed(const Error& error) {
  failures_.add();
  log_warn("upkeep.failed", {{"reason", error.message}});
  database_.disconnect();
  locked_ = false;
}

void Upkeep::frequent_rounds() {
  if (!locked_ || !database_.connected()) return;
  auto waiting = waiting_upkeep(database_, clock_.wall_us());
  if (!waiting) return failed(waiting.error());
  if (waiting->conversions) conversions_round();
  if (waiting->stripe_events || waiting->conversions) stripe_round();  // a conversion may have made one due
  if (waiting->click_caps) click_caps_round();
}

bool Upkeep::conversions_round() {
  if (!locked_ || !database_.connected()) return false;
  while (true) {
    auto done = keep_up_conversions(database_, clock_.wall_us(), kConversionsAtOnce);
    if (!done) {
      failed(done.error());
      return false;
    }
    approved_.add(static_cast<std::uint64_t>(done->approved));
    resolved_.add(static_cast<std::uint64_t>(done->resolved));
    given_up_.add(static_cast<std::uint64_t>(done->given_up));
    failures_.add(static_cast<std::uint64_t>(done->failed));
    if (std::max({done->approved, done->resolved, done->given_up}) < kConversionsAtOnce) return true;
  }
}

bool Upkeep::stripe_round() {
  if (!locked_ || !database_.connected()) return false;
  auto done = keep_up_stripe_sales(database_, clock_.wall_us(), kStripeEventsAtOnce);
  if (!done) {
    failed(done.error());
    return false;
  }
  if (done->given_up > 0) log_warn("upkeep.stripe.given_up", {{"events", done->given_up}});
  return true;
}

bool Upkeep::click_caps_round() {
  if (!locked_ || !database_.connected()) return false;
  while (true) {
    auto taken = apply_click_caps(database_, kCapNotesAtOnce);
    if (!taken) {
      failed(taken.error());
      return false;
    }
    if (*taken < kCapNotesAtOnce) return true;
  }
}

Result<void> Upkeep::make_partitions() {
  const auto today = click_days(clock_.wall_us(), 0).first;
  for (auto day = today - 1; day <= today + options_.partitions_ahead_days; ++day) {
    if (auto ensured = ensure_partition(database_, day); !ensured) return ensured;
  }
  return {};
}

Result<void> Upkeep::drop_expired() {
  const auto first_day = click_days(clock_.wall_us(), options_.click_retention_days).first;
  auto dropped = drop_partitions_before(database_, first_day);
  if (!dropped) return Failure(dropped.error());
  dropped_partitions_.add(dropped->size());
  for (const auto day : *dropped) log_info("upkeep.partition.dropped", {{"day", iso8601_ms(day * kDayMs * 1000)}});
  auto uniques = delete_uniques_before(database_, first_day);
  if (!uniques) return Failure(uniques.error());
  // A click is stored while its id and its receipt lie within the retention, and one of a device's own id may be ahead.
  const std::int64_t first_us = (first_day - 1) * kDayMs * 1'000;
  auto erasures = trim_erasures(database_, first_us);
  if (!erasures) return Failure(erasures.error());
  auto refused = trim_refused_reports(database_, first_us);
  if (!refused) return Failure(refused.error());
  auto rollups = delete_rollups_before(database_, click_days(clock_.wall_us(), options_.rollup_retention_days).first);
  if (!rollups) return Failure(rollups.error());
  return {};
}

Result<void> Upkeep::look_at_events() {
  auto dropped = trim_events(database_, clock_.wall_us() - options_.events_days * 24 * kHourUs);
  if (!dropped) return Failure(dropped.error());
  if (*dropped > 0) log_warn("upkeep.events.dropped", {{"events", *dropped}});
  dropped_events_.add(static_cast<std::uint64_t>(*dropped));
  auto waiting = waiting_events(database_);
  if (!waiting) return Failure(waiting.error());
  waiting_events_.set(static_cast<double>(waiting->count));
  oldest_event_.set(static_cast<double>(waiting->oldest_age_us) / 1e6);
  return {};
}

Result<void> Upkeep::retire_silent() {
  auto retired = retire_silent_edges(database_, clock_.wall_us() - options_.edge_silence_hours * kHourUs);
  if (!retired) return Failure(retired.error());
  retired_.add(retired->size());
  for (const auto& incarnation : *retired) log_warn("upkeep.edge.retired", {{"incarnation", incarnation}});
  return {};
}

}  // namespace footfall::core
