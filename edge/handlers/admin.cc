#include "edge/handlers/admin.h"

#include "proto/base/logging.h"

namespace footfall::edge {
namespace {

constexpr std::string_view kNoStore = "Cache-Control: no-store\r\n";
constexpr std::string_view kTextType = "text/plain; charset=utf-8";
constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

void send(http::Responder& responder, int status, std::string_view type, std::string_view body,
          std::string_view fields = kNoStore) {
  responder.send({.status = status, .content_type = type, .extra_fields = fields, .body = body});
}

}  // namespace

Admin::Admin(const Metrics& metrics, std::function<std::vector<std::string>()> reasons_against)
    : metrics_(metrics), reasons_against_(std::move(reasons_against)) {}

void Admin::handle(const http::Request& request, http::Responder& responder) {
  const bool reads = request.method == http::Method::get || request.method == http::Method::head;
  if (!reads) return send(responder, 405, kTextType, "method not allowed\n", "Allow: GET, HEAD\r\n");
  if (request.path == "/metrics") return send(responder, 200, kMetricsType, metrics_.expose());
  if (request.path == "/livez") return send(responder, 200, kTextType, "alive\n");
  if (request.path == "/readyz") return send_readiness(responder);
  send(responder, 404, kTextType, "here are /metrics, /livez and /readyz\n");
}

void Admin::send_readiness(http::Responder& responder) const {
  const std::vector<std::string> reasons = reasons_against_();
  std::string body = reasons.empty() ? "{\"ready\":true,\"reasons\":[" : "{\"ready\":false,\"reasons\":[";
  for (const std::string& reason : reasons) {
    if (&reason != &reasons.front()) body += ',';
    append_json_string(body, reason);
  }
  body += "]}\n";
  send(responder, reasons.empty() ? 200 : 503, "application/json", body);
}

void Admin::refusal(const http::Request&, int, std::string_view reason, std::string& content_type,
                    std::string&, std::string& body) {
  content_type = kTextType;
  body.assign(reason).append("\n");
}

}  // namespace footfall::edge
