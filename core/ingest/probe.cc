#include "core/ingest/probe.h"

namespace footfall::core {
namespace {

Counter& clicks(Metrics& metrics, const char* outcome) {
  return metrics.counter("footfall_ingest_clicks_total", "Clicks that ingest has dealt with, by what became of them.",
                         {{"outcome", outcome}});
}

Counter& voids(Metrics& metrics, const char* reason) {
  return metrics.counter("footfall_ingest_void_clicks_total", "Click numbers that edges declared void, by reason.",
                         {{"reason", reason}});
}

}  // namespace

IngestProbe::IngestProbe(Metrics& metrics)
    : stored(clicks(metrics, "stored")),
      duplicate(clicks(metrics, "duplicate")),
      conflict(clicks(metrics, "conflict")),
      dead(clicks(metrics, "dead")),
      voided(clicks(metrics, "void")),
      voided_for{nullptr, &voids(metrics, "never_acknowledged"), &voids(metrics, "unreadable"),
                 &voids(metrics, "forgotten"), &voids(metrics, "lost_tail")},
      transactions(metrics.counter("footfall_ingest_transactions_total", "Transactions that ingest has committed.")),
      retries(metrics.counter("footfall_ingest_retries_total",
                              "Transactions repeated because of a duplicate or a data error.")),
      resends(metrics.counter("footfall_ingest_resends_total", "Times that an edge was asked to ship again.")),
      gaps(metrics.counter("footfall_ingest_gaps_total", "Stream entries that came before what precedes them.")),
      undecodable(
          metrics.counter("footfall_ingest_undecodable_entries_total", "Entries that are not a valid ClickBatch.")),
      epochs_raised(metrics.counter("footfall_ingest_epochs_raised_total",
                                    "Times that the database was found to lack commits that had been published.")),
      lost_ownership(metrics.counter("footfall_ingest_lost_ownership_total",
                                     "Commits refused because another owner had moved the position.")),
      redis_failures(
          metrics.counter("footfall_ingest_failures_total", "Calls of ingest that failed.", {{"service", "redis"}})),
      postgres_failures(
          metrics.counter("footfall_ingest_failures_total", "Calls of ingest that failed.", {{"service", "postgres"}})),
      streams_owned(metrics.gauge("footfall_ingest_streams_owned", "Streams that this process stores.")),
      streams_open(metrics.gauge("footfall_ingest_streams_open", "Streams that may still bring clicks.")),
      clicks_on_the_way(metrics.gauge("footfall_ingest_clicks_on_the_way",
                                      "Clicks that edges hold safe and that are not stored yet.")),
      skewed_clocks(metrics.gauge("footfall_ingest_skewed_clocks", "Edges whose clock differs too much from core's.")),
      age_seconds(metrics.histogram("footfall_ingest_age_seconds",
                                    "From an edge's receive time to the commit, oldest click of each transaction.",
                                    {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600})) {}

Gauge& ingest_lag(Metrics& metrics, const std::string& thread) {
  return metrics.gauge("footfall_ingest_lag_seconds",
                       "Age of the oldest click of the last transaction; 0 when nothing waits.", {{"thread", thread}});
}

}  // namespace footfall::core
