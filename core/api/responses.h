// Responses that every dialect has in common, in the dialect's own form of errors (proto/wire/dialect.h).
#pragma once

#include <string_view>

#include "core/api/limiter.h"
#include "core/api/request.h"
#include "proto/base/clock.h"
#include "proto/base/result.h"
#include "proto/wire/dialect.h"

namespace footfall::core {

// `message` and `code` may be empty: the dialect's own for that status.
ApiResponse error_response(wire::Dialect dialect, int status, std::string_view message = {},
                           std::string_view code = {});
// 503 with Retry-After, for what is away for the moment.
ApiResponse unavailable_response(wire::Dialect dialect, std::string_view message = {});
// From an action's error: unavailable → 503, the rest → 500 without details (they are logged with the request id).
ApiResponse failure_response(wire::Dialect dialect, const Error& error, const ApiRequest& request);
// 429 with Retry-After and X-RateLimit-*.
ApiResponse limited_response(wire::Dialect dialect, const LimitVerdict& verdict, const Clock& clock);
// X-RateLimit-Limit, -Remaining and -Reset (unix seconds) for a response that was let through.
void add_limit_fields(ApiResponse& response, const LimitVerdict& verdict, const Clock& clock);
// The response that makes the dispatcher wait for `click` and call the handler again.
ApiResponse wait_for_click(const wire::ClickId& click);

}  // namespace footfall::core
