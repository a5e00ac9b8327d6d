#include "edge/log/log_probe.h"

namespace footfall::edge {
namespace {

Counter& voided_counter(Metrics& metrics, const char* reason) {
  return metrics.counter("footfall_log_voided_clicks_total",
                         "Click numbers declared void: they hold no click and never will.", {{"reason", reason}});
}

Gauge& segments_gauge(Metrics& metrics, const char* state) {
  return metrics.gauge("footfall_log_segments", "Segment files by state.", {{"state", state}});
}

}  // namespace

LogGauges::LogGauges(Metrics& metrics)
    : spare(segments_gauge(metrics, "spare")),
      open(segments_gauge(metrics, "open")),
      sealed(segments_gauge(metrics, "sealed")),
      stored(segments_gauge(metrics, "stored")),
      bytes(metrics.gauge("footfall_log_size_bytes", "Bytes of all segment files.")),
      bytes_max(metrics.gauge("footfall_log_size_max_bytes", "Configured limit of the segment files.")),
      full(metrics.gauge("footfall_log_full", "1 while no segment can be made or recycled.")),
      accepts(metrics.gauge("footfall_log_accepts", "1 while the log takes clicks.")) {}

LogProbe::LogProbe(Metrics& metrics)
    : syncs(metrics.counter("footfall_log_syncs_total", "Writes of the click log that were synced.")),
      sync_failures(metrics.counter("footfall_log_sync_failures_total", "Writes or syncs that failed.")),
      sync_seconds(metrics.histogram("footfall_log_sync_seconds", "Time of one synced write of the click log.",
                                     {50e-6, 75e-6, 100e-6, 150e-6, 200e-6, 300e-6, 500e-6, 1e-3, 2e-3, 3e-3, 5e-3,
                                      10e-3, 20e-3, 50e-3, 0.1, 0.2, 0.5, 1})),
      records(metrics.counter("footfall_log_records_total", "Records written: batches that arrived together.")),
      batches(metrics.counter("footfall_log_batches_total", "Batches that became safe.")),
      clicks(metrics.counter("footfall_log_clicks_total", "Clicks that became safe.")),
      bytes_written(metrics.counter("footfall_log_written_bytes_total", "Bytes written, with padding.")),
      refused_batches(metrics.counter("footfall_log_refused_batches_total", "Batches decided unsafe.")),
      segments_abandoned(
          metrics.counter("footfall_log_segments_abandoned_total", "Segments given up after a failure.")),
      segments_created(metrics.counter("footfall_log_segments_created_total", "Segments made and zeroed.")),
      segments_recycled(metrics.counter("footfall_log_segments_recycled_total", "Stored segments used again.")),
      segment_failures(metrics.counter("footfall_log_segment_failures_total", "Segments that could not be made.")),
      corrupt_runs(metrics.counter("footfall_log_corrupt_runs_total", "Runs of clicks found damaged on disk.")),
      torn_tails(
          metrics.counter("footfall_log_torn_tails_total", "Logs of older incarnations that end in a torn record.")),
      read_failures(metrics.counter("footfall_log_read_failures_total", "Reads of the log that failed.")),
      read_bytes(metrics.counter("footfall_log_read_bytes_total", "Bytes read back from disk for shipping.")),
      never_acknowledged_(voided_counter(metrics, "never_acknowledged")),
      unreadable_(voided_counter(metrics, "unreadable")),
      forgotten_(voided_counter(metrics, "forgotten")),
      lost_tail_(voided_counter(metrics, "lost_tail")) {}

Counter& LogProbe::voided(wire::VoidReason reason) {
  switch (reason) {
    case wire::VoidReason::never_acknowledged:
      return never_acknowledged_;
    case wire::VoidReason::forgotten:
      return forgotten_;
    case wire::VoidReason::lost_tail:
      return lost_tail_;
    default:
      return unreadable_;
  }
}

}  // namespace footfall::edge
