#include "edge/shipper/shipper_probe.h"

namespace footfall::edge {
namespace {

Counter& rewinds(Metrics& metrics, const char* reason) {
  return metrics.counter("footfall_shipper_rewinds_total", "Times that shipping began again after what is stored.",
                         {{"reason", reason}});
}
Counter& errors(Metrics& metrics, const char* kind) {
  return metrics.counter("footfall_shipper_errors_total", "Failures of Redis or of reading the log.", {{"kind", kind}});
}

}  // namespace

ShipperProbe::ShipperProbe(Metrics& metrics)
    : clicks(metrics.counter("footfall_shipper_clicks_total", "Clicks in entries that Redis took.")),
      void_clicks(metrics.counter("footfall_shipper_void_clicks_total", "Void numbers in entries that Redis took.")),
      entries(metrics.counter("footfall_shipper_entries_total", "Stream entries that Redis took.")),
      entry_bytes(metrics.counter("footfall_shipper_entry_bytes_total", "Bytes of these entries.")),
      connection_errors(errors(metrics, "connection")),
      reply_errors(errors(metrics, "reply")),
      read_errors(errors(metrics, "log")),
      rewinds_asked(rewinds(metrics, "asked")),
      rewinds_lost(rewinds(metrics, "lost")),
      rewinds_refused(rewinds(metrics, "refused")),
      rewinds_hole(rewinds(metrics, "hole")),
      rewinds_went_back(rewinds(metrics, "went_back")),
      watermarks_ignored(metrics.counter("footfall_shipper_watermarks_ignored_total",
                                         "Watermarks that cannot be true, or that are older than what is known.")),
      redis_up(metrics.gauge("footfall_shipper_redis_up", "1 while Redis answers heartbeats.")),
      blocked(metrics.gauge("footfall_shipper_blocked", "1 while too much is unstored in Redis to ship more.")),
      backlog_clicks(metrics.gauge("footfall_shipper_backlog_clicks", "Clicks in the log that are not in Redis.")),
      unstored_bytes(metrics.gauge("footfall_shipper_unstored_bytes", "Bytes in Redis that are not stored.")),
      unstored_bytes_max(metrics.gauge("footfall_shipper_unstored_max_bytes", "Configured limit of these.")),
      incarnations(metrics.gauge("footfall_shipper_incarnations", "Incarnations not yet ended and stored.")),
      lag_seconds(metrics.gauge("footfall_shipper_lag_seconds", "How long the oldest click waits to be shipped.")),
      oldest_unstored_seconds(metrics.gauge("footfall_shipper_oldest_unstored_seconds",
                                            "Age of the oldest click that is not known to be stored.")) {}

}  // namespace footfall::edge
