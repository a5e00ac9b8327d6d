// What a worker of the pool has at hand, and the shape of a dialect. A tongue is a thin adapter: it reads the call in
// its dialect, asks an action, and spells the outcome; it holds no rule about money and no state of its own beyond the
// handles of its metrics. One tongue serves all workers at once: answer() is const.
#pragma once

#include "core/actions/conversion_rounds.h"
#include "core/api/exchange.h"
#include "core/api/limiter.h"
#include "core/storage/database.h"
#include "proto/base/clock.h"
#include "proto/wire/dialect.h"

namespace footfall::core {

struct Desk {
  Database& database;  // this worker's own connection
  Limiter& limiter;    // this worker's own
  ConversionRounds& rounds;
  const Clock& clock;
};

class Tongue {
 public:
  virtual ~Tongue() = default;
  virtual wire::Dialect dialect() const = 0;
  virtual Answer answer(const Call& call, Desk& desk) const = 0;
  // Whether body or query name what this dialect alone has. Asked where nothing in a call's head decides.
  virtual bool recognises(const Call&) const { return false; }
};

// An error in the dialect's form.
Answer refuse(wire::Dialect dialect, int status, std::string_view message = {}, std::string_view code = {});
// 503 with Retry-After, for what is away for the moment.
Answer refuse_for_now(wire::Dialect dialect, std::string_view message = {});
// From an action's error: unavailable → 503, the rest → 500 without details (they are logged with the request id).
Answer refuse_failure(wire::Dialect dialect, const Error& error, const Call& call);
// 429 with Retry-After and X-RateLimit-*; or adds X-RateLimit-* to an answer that was let through.
Answer refuse_limited(wire::Dialect dialect, const LimitVerdict& verdict, const Clock& clock);
void add_limit_fields(Answer& answer, const LimitVerdict& verdict, const Clock& clock);

}  // namespace footfall::core
