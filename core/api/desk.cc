#include "core/api/desk.h"

#include "proto/base/logging.h"

namespace footfall::core {

Answer refuse(wire::Dialect dialect, int status, std::string_view message, std::string_view code) {
  Answer answer;
  answer.status = status;
  answer.body = wire::error_body(dialect, status, message, code);
  return answer;
}

Answer refuse_for_now(wire::Dialect dialect, std::string_view message) {
  Answer answer = refuse(dialect, 503, message);
  add_field(answer, "Retry-After", "1");
  return answer;
}

Answer refuse_failure(wire::Dialect dialect, const Error& error, const Call& call) {
  if (error.kind == ErrorKind::unavailable) {
    log_warn_limited("api.unavailable", {{"request_id", call.request_id}, {"error", error.message}});
    return refuse_for_now(dialect);
  }
  log_error("api.failed", {{"request_id", call.request_id}, {"error", error.message}, {"code", error.code}});
  return refuse(dialect, 500);
}

void add_limit_fields(Answer& answer, const LimitVerdict& verdict, const Clock& clock) {
  add_field(answer, "X-RateLimit-Limit", std::to_string(verdict.limit));
  add_field(answer, "X-RateLimit-Remaining", std::to_string(verdict.remaining));
  add_field(answer, "X-RateLimit-Reset", std::to_string(clock.wall_us() / 1'000'000 + verdict.reset_after_s));
}

Answer refuse_limited(wire::Dialect dialect, const LimitVerdict& verdict, const Clock& clock) {
  Answer answer = refuse(dialect, 429);
  add_field(answer, "Retry-After", std::to_string(verdict.reset_after_s));
  add_limit_fields(answer, verdict, clock);
  return answer;
}

}  // namespace footfall::core
