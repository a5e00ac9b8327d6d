#include "edge/handlers/probe.h"

#include <string>

namespace footfall::edge {
namespace {

constexpr std::array<std::string_view, kRefusals> kNames = {"unknown_code",
                                                            "paused",
                                                            "archived",
                                                            "expired",
                                                            "early",
                                                            "preview",
                                                            "method",
                                                            "http_guard",
                                                            "plain_http",
                                                            "content_type",
                                                            "invalid_key",
                                                            "key_limit",
                                                            "address_limit",
                                                            "invalid_body",
                                                            "invalid_click_id",
                                                            "unknown_ref",
                                                            "inactive_ref",
                                                            "log_unavailable",
                                                            "directory_unavailable"};

}  // namespace

std::string_view refusal_name(Refusal refusal) { return kNames[static_cast<std::size_t>(refusal)]; }

ClickProbe::ClickProbe(Metrics& metrics)
    : received(metrics.counter("footfall_edge_clicks_received_total", "Requests that reached a click's route")),
      safe(metrics.counter("footfall_edge_clicks_safe_total", "Clicks in the log, synced as `ack` asks")),
      unrecorded(metrics.counter("footfall_edge_clicks_unrecorded_total",
                                 "Visitors sent on without a click id, because the log could not take the click")),
      cut(metrics.counter("footfall_edge_clicks_cut_total",
                          "Clicks of which a field was longer than its bound and was cut")) {
  for (std::size_t i = 0; i < kRefusals; ++i) {
    refused_[i] = &metrics.counter("footfall_edge_clicks_refused_total", "Clicks not recorded, by reason",
                                   {{"reason", std::string(kNames[i])}});
  }
  for (std::size_t bit = 0; bit < kEdgeVerdictBits; ++bit) {
    judged_[bit] = &metrics.counter("footfall_edge_clicks_judged_total",
                                    "Clicks handed to the log that do not count for what the edge saw, by verdict",
                                    {{"verdict", std::string(wire::verdict_name(1u << bit))}});
  }
}

}  // namespace footfall::edge
