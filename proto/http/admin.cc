#include "proto/http/admin.h"

#include "proto/base/logging.h"

namespace footfall::http {
namespace {

constexpr std::string_view kNoStore = "Cache-Control: no-store\r\n";
constexpr std::string_view kTextType = "text/plain; charset=utf-8";
constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

void send(Responder& responder, int status, std::string_view type, std::string_view body,
          std::string_view fields = kNoStore) {
  responder.send({.status = status, .content_type = type, .extra_fields = fields, .body = body});
}

std::string json_list(const std::vector<std::string>& words) {
  std::string out = "[";
  for (const std::string& word : words) {
    if (&word != &words.front()) out += ',';
    append_json_string(out, word);
  }
  return out + "]";
}

}  // namespace

Admin::Admin(Metrics& metrics, ReadWords reasons_not_ready, ReadWords away)
    : metrics_(metrics), reasons_not_ready_(std::move(reasons_not_ready)), away_(std::move(away)) {
  metrics.counter_function("footfall_log_lines_dropped_total",
                           "Log lines dropped because they came faster than they could be written.",
                           [] { return static_cast<double>(log_lines_dropped()); });
}

void Admin::handle(const Request& request, Responder& responder) {
  const bool reads = request.method == Method::get || request.method == Method::head;
  if (!reads) return send(responder, 405, kTextType, "method not allowed\n", "Allow: GET, HEAD\r\n");
  if (request.path == "/metrics") return send(responder, 200, kMetricsType, metrics_.expose());
  if (request.path == "/livez") return send(responder, 200, kTextType, "alive\n");
  if (request.path == "/readyz") return send_readiness(responder);
  send(responder, 404, kTextType, "here are /metrics, /livez and /readyz\n");
}

void Admin::send_readiness(Responder& responder) const {
  const std::vector<std::string> reasons = reasons_not_ready_();
  const std::string body = std::string("{\"ready\":") + (reasons.empty() ? "true" : "false") +
                           ",\"reasons\":" + json_list(reasons) + ",\"away\":" + json_list(away_()) + "}\n";
  send(responder, reasons.empty() ? 200 : 503, "application/json", body);
}

RefusalText Admin::refusal(const Request&, int, std::string_view reason) {
  return {std::string(kTextType), {}, std::string(reason) + "\n"};
}

}  // namespace footfall::http
