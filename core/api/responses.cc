#include "core/api/responses.h"

#include "proto/base/logging.h"

namespace footfall::core {

ApiResponse error_response(wire::Dialect dialect, int status, std::string_view message, std::string_view code) {
  const wire::ErrorText text = wire::error_text(dialect, status, message, code);
  ApiResponse response;
  response.status = status;
  response.body = wire::error_body(dialect, status, message, code);
  response.outcome = {std::string(text.code), std::string(text.message), std::nullopt};
  return response;
}

ApiResponse unavailable_response(wire::Dialect dialect, std::string_view message) {
  ApiResponse response = error_response(dialect, 503, message);
  add_field(response, "Retry-After", "1");
  return response;
}

ApiResponse failure_response(wire::Dialect dialect, const Error& error, const ApiRequest& request) {
  if (error.kind == ErrorKind::unavailable) {
    log_warn_limited("api.unavailable", {{"request_id", request.request_id}, {"error", error.message}});
    return unavailable_response(dialect);
  }
  log_error("api.failed", {{"request_id", request.request_id}, {"error", error.message}, {"code", error.code}});
  return error_response(dialect, 500);
}

void add_limit_fields(ApiResponse& response, const LimitVerdict& verdict, const Clock& clock) {
  add_field(response, "X-RateLimit-Limit", std::to_string(verdict.limit));
  add_field(response, "X-RateLimit-Remaining", std::to_string(verdict.remaining));
  add_field(response, "X-RateLimit-Reset", std::to_string(clock.wall_us() / 1'000'000 + verdict.reset_after_s));
}

ApiResponse limited_response(wire::Dialect dialect, const LimitVerdict& verdict, const Clock& clock) {
  ApiResponse response = error_response(dialect, 429);
  add_field(response, "Retry-After", std::to_string(verdict.reset_after_s));
  add_limit_fields(response, verdict, clock);
  return response;
}

ApiResponse wait_for_click(const wire::ClickId& click) {
  ApiResponse response;
  response.wait_for = click;
  return response;
}

}  // namespace footfall::core
