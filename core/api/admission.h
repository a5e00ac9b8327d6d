// From a request to its response: the one place that finds the route, answers 404, 405 and HEAD, authenticates, counts
// against the limits and then calls the route's handler.
//
// Order of checks, of every dialect (SE-13): plain HTTP 403; the address's limit 429 where no limit per key applies;
// unknown path 404 and wrong method 405; credential 401 or 403 (both are counted per address, 429); the key's
// limit 429; an account that may not use the API 403; an ill-typed id in the path 404; the body's media type 415. The
// handler reads the fields (400) and does the rest.
#pragma once

#include "core/api/dialect_api.h"

namespace footfall::core {

// Requests per minute and address whose credential is missing, wrong or of the wrong kind; beyond, 429: the end of
// guessing, and of calls that nothing else counts (SE-14).
inline constexpr std::int64_t kStrangersPerMinute = 60;

// An exception on the way is a fault of ours: it is logged, and this one call is answered with 500.
ApiResponse answer_request(const DialectApi& api, const ApiRequest& request, WorkerContext& context);

}  // namespace footfall::core
