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

Admin::Admin(const Metrics& metrics, Words reasons_against, Words away)
    : metrics_(metrics), reasons_against_(std::move(reasons_against)), away_(std::move(away)) {}

void Admin::handle(const Request& request, Responder& responder) {
  const bool reads = request.method == Method::get || request.method == Method::head;
  if (!reads) return send(responder, 405, kTextType, "method not allowed\n", "Allow: GET, HEAD\r\n");
  if (request.path == "/metrics") return send(responder, 200, kMetricsType, metrics_.expose());
  if (request.path == "/livez") return send(responder, 200, kTextType, "alive\n");
  if (request.path == "/readyz") return send_readiness(responder);
  send(responder, 404, kTextType, "here are /metrics, /livez and /readyz\n");
}

void Admin::send_readiness(Responder& responder) const {
  const std::vector<std::string> reasons = reasons_against_();
  const std::string body = std::string("{\"ready\":") + (reasons.empty() ? "true" : "false") +
                           ",\"reasons\":" + json_list(reasons) + ",\"away\":" + json_list(away_()) + "}\n";
  send(responder, reasons.empty() ? 200 : 503, "application/json", body);
}

void Admin::refusal(const Request&, int, std::string_view reason, std::string& content_type, std::string&,
                    std::string& body) {
  content_type = kTextType;
  body.assign(reason).append("\n");
}

}  // namespace footfall::http
