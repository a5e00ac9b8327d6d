// A round turns events into deliveries, takes what is due, and works on the attempts under way; none of these steps
// waits for a receiver. Mostly there is nothing, and then a round is one look. How an attempt ended is written in one
// transaction with what follows from it. If that cannot be written, the attempt is forgotten: the delivery becomes due
// again by itself, which is what "at least once" allows.
#include "core/deliver/deliver.h"

#include <algorithm>

#include "core/actions/webhook_secret.h"
#include "core/actions/webhooks.h"
#include "core/deliver/event_fan_out.h"
#include "core/deliver/postback_fan_out.h"
#include "core/deliver/retry.h"
#include "core/deliver/signature.h"
#include "core/storage/waiting_work.h"
#include "proto/base/lifecycle.h"
#include "proto/base/logging.h"

namespace footfall::core {
namespace {

constexpr int kEventsAtOnce = 500;
constexpr std::int64_t kWorkUs = 50'000;
constexpr std::int64_t kUnreadableDelayUs = 60'000'000;
constexpr const char* kAttemptsHelp = "Attempts to send a webhook, by what came of them.";

std::uint64_t random_number() {
  std::uint64_t number = 0;
  random_bytes(&number, sizeof number);
  return number;
}

AttemptOutcome outcome_of(const PostAnswer& answer) { return {answer.status, answer.error, answer.retry_after_s}; }

}  // namespace

Deliver::Deliver(const DeliverOptions& options, const Clock& clock, Metrics& metrics)
    : options_(options),
      clock_(clock),
      metrics_(metrics),
      database_(options.postgres_url, "footfall-core deliver"),
      poster_(options.poster),
      events_(metrics.counter("footfall_deliver_events_total", "Events that were looked at, wanted or not.")),
      webhooks_(metrics.counter("footfall_deliver_webhooks_total", "Webhooks that were made of events.")),
      delivered_(metrics.counter("footfall_deliver_attempts_total", kAttemptsHelp, {{"outcome", "delivered"}})),
      retried_(metrics.counter("footfall_deliver_attempts_total", kAttemptsHelp, {{"outcome", "retry"}})),
      given_up_(metrics.counter("footfall_deliver_attempts_total", kAttemptsHelp, {{"outcome", "given_up"}})),
      failures_(metrics.counter("footfall_deliver_failures_total", "Rounds that PostgreSQL failed.")),
      under_way_(metrics.gauge("footfall_deliver_attempts_under_way", "Attempts that wait for a receiver.")),
      waiting_(metrics.gauge("footfall_deliver_waiting", "Deliveries that wait for an attempt, retries included.")),
      overdue_(metrics.gauge("footfall_deliver_overdue_seconds",
                             "How long the oldest delivery has been due, endpoints that pause excepted.")),
      seconds_(metrics.histogram("footfall_deliver_attempt_seconds", "How long attempts took.",
                                 {0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30})) {
  for (const char* reason : {"gone", "failures", "backlog"}) {
    (void)metrics_.counter("footfall_deliver_disabled_total", "Endpoints that were disabled, by the reason.",
                           {{"reason", reason}});
  }
}

void Deliver::run(std::stop_token stop) {
  if (!options_.secrets_keys) log_info("deliver.no_secrets_key", {{"effect", "webhooks can neither be made nor sent"}});
  std::int64_t next_look_us = 0, next_figures_us = 0;
  while (!stop.stop_requested()) {
    const std::int64_t now_us = clock_.steady_us();
    if (now_us >= next_look_us) {
      const bool more = look();
      next_look_us = more ? now_us : now_us + options_.poll_us;
    }
    if (now_us >= next_figures_us) {
      look_at_queues();
      next_figures_us = now_us + options_.figures_us;
    }
    if (under_way() > 0) {
      work(kWorkUs);
    } else if (next_look_us > now_us) {
      sleep_or_stop(stop, next_look_us - now_us);
    }
  }
  give_back();
}

template <typename T>
bool Deliver::failed(const Result<T>& result) {
  if (result) return false;
  failures_.add();
  log_warn_limited("deliver.failed", {{"reason", result.error().message}});
  return true;
}

bool Deliver::look() {
  auto waiting = waiting_deliveries(database_);
  if (failed(waiting)) return false;
  const bool more = waiting->events && fan_out();
  if (waiting->events || waiting->deliveries) take_due();
  return more;
}

bool Deliver::fan_out() {
  auto done = fan_out_events(database_, kEventsAtOnce);
  if (failed(done)) return false;
  events_.add(static_cast<std::uint64_t>(done->events));
  webhooks_.add(static_cast<std::uint64_t>(done->webhooks));
  return done->events == kEventsAtOnce;
}

bool Deliver::take_due() {
  const std::size_t room = options_.poster.at_once_max - std::min(under_way(), options_.poster.at_once_max);
  if (room == 0) return true;
  std::map<WebhookId, int> busy;
  for (const auto& [id, attempt] : attempts_) ++busy[attempt.delivery.endpoint.id];
  TakeLimits limits;
  limits.total = static_cast<int>(room);
  limits.per_endpoint = options_.per_endpoint_max;
  limits.per_account = options_.per_account_max;
  limits.lease_us = options_.poster.timeout_ms * 1'000 + options_.lease_margin_us;
  for (const auto& [endpoint, count] : busy) limits.busy.push_back({endpoint, count});
  auto due = take_due_deliveries(database_, limits);
  if (failed(due)) return false;
  for (DueDelivery& delivery : *due) begin(std::move(delivery));
  under_way_.set(static_cast<double>(under_way()));
  return true;
}

void Deliver::begin(DueDelivery delivery) {
  Attempt attempt{std::move(delivery), clock_.wall_us()};
  const DueDelivery& due = attempt.delivery;
  std::string url = due.endpoint.url;
  if (due.endpoint.kind == EndpointKind::postback) {
    auto called = url_of_call(database_, due);
    if (failed(called)) return;  // its lease runs out, and it is taken again
    url = std::move(*called);
  }
  auto request = request_of(due, std::move(url), attempt.started_us);
  if (!request) {  // the configuration's key is not the one that sealed the secret, or there is none
    log_warn_limited("deliver.secret_unreadable", {{"endpoint", due.endpoint.public_id}});
    (void)failed(give_back_delivery(database_, due.id, due.attempt, kUnreadableDelayUs));
    return;
  }
  // A lease that ran out while the receiver still answers: the earlier attempt's outcome is the one that counts.
  if (attempts_.contains(due.id) || under_way() >= options_.poster.at_once_max) return;
  poster_.start(std::move(*request));
  attempts_.emplace(due.id, std::move(attempt));
}

// None: a webhook's secret cannot be read.
std::optional<PostRequest> Deliver::request_of(const DueDelivery& due, std::string url, std::int64_t started_us) const {
  const WebhookRow& endpoint = due.endpoint;
  PostRequest request;
  request.tag = due.id;
  request.url = std::move(url);
  request.owner = endpoint.account.value;
  if (endpoint.kind == EndpointKind::postback) {
    request.is_get = true;
    return request;
  }
  if (!options_.secrets_keys) return std::nullopt;
  const auto secret = unseal_webhook_secret(*options_.secrets_keys, endpoint.public_id, endpoint.sealed_secret);
  if (!secret) return std::nullopt;
  const std::string signature = webhook_signature(endpoint.account_dialect, *secret, started_us / 1'000'000, due.body);
  request.fields = webhook_fields(endpoint.account_dialect, due.type, signature);
  request.body = due.body;
  return request;
}

void Deliver::work(std::int64_t us) {
  for (const PostAnswer& answer : poster_.work(us)) note(answer);
  under_way_.set(static_cast<double>(under_way()));
}

void Deliver::note(const PostAnswer& answer) {
  const auto found = attempts_.find(answer.tag);
  if (found == attempts_.end()) return;
  const Attempt attempt = std::move(found->second);
  attempts_.erase(found);
  seconds_.observe(static_cast<double>(answer.duration_us) / 1e6);
  (void)failed(settle(attempt, answer));
}

Result<void> Deliver::settle(const Attempt& attempt, const PostAnswer& answer) {
  const DueDelivery& delivery = attempt.delivery;
  const AttemptOutcome outcome = outcome_of(answer);
  AttemptRow row;
  row.number = delivery.attempt;
  row.started_us = attempt.started_us;
  row.duration_us = answer.duration_us;
  if (answer.status != 0) row.status = answer.status;
  if (const auto word = error_word(outcome)) row.error = std::string(*word);
  if (delivery.is_test) {
    auto ended = end_delivery(database_, delivery.id, row, outcome.succeeded() ? "delivered" : "failed");
    if (!ended) return Failure(ended.error());
    (outcome.succeeded() ? delivered_ : given_up_).add();
    return {};
  }
  if (!outcome.succeeded()) return settle_failure(attempt, answer, row);
  auto done = database_.transaction<bool>([&]() -> Result<bool> {
    if (auto noted = note_webhook_success(database_, delivery.endpoint.id); !noted) return Failure(noted.error());
    return end_delivery(database_, delivery.id, row, "delivered");
  });
  if (!done) return Failure(done.error());
  delivered_.add();
  return {};
}

Result<void> Deliver::settle_failure(const Attempt& attempt, const PostAnswer& answer, const AttemptRow& row) {
  const DueDelivery& delivery = attempt.delivery;
  const NextStep next = next_step(delivery.attempt_of_round, outcome_of(answer), random_number());
  // The endpoint's row is locked before the delivery's, as by every action that stops an endpoint.
  auto in_row = database_.transaction<std::int64_t>([&]() -> Result<std::int64_t> {
    auto count = note_webhook_failure(database_, delivery.endpoint.id);
    if (!count) return count;
    const std::int64_t pause_us = std::max(endpoint_pause_us(*count), granted_retry_after_us(outcome_of(answer)));
    if (pause_us > 0) {
      if (auto paused = pause_webhook(database_, delivery.endpoint.id, pause_us); !paused)
        return Failure(paused.error());
    }
    auto settled = next.verdict == Verdict::retry ? postpone_delivery(database_, delivery.id, row, next.delay_us)
                                                  : end_delivery(database_, delivery.id, row, "failed");
    if (!settled) return Failure(settled.error());
    return count;
  });
  if (!in_row) return Failure(in_row.error());
  (next.verdict == Verdict::retry ? retried_ : given_up_).add();
  if (next.is_gone) return disable(delivery.endpoint, "gone");
  if (*in_row >= kFailuresInRowMax) return disable(delivery.endpoint, "failures");
  return {};
}

Result<void> Deliver::disable(const WebhookRow& endpoint, std::string_view reason) {
  auto disabled = disable_failing_webhook(database_, endpoint.id, reason);
  if (!disabled) return Failure(disabled.error());
  if (!*disabled) return {};
  metrics_
      .counter("footfall_deliver_disabled_total", "Endpoints that were disabled, by the reason.",
               {{"reason", std::string(reason)}})
      .add();
  log_warn("deliver.endpoint_disabled", {{"endpoint", endpoint.public_id}, {"reason", reason}});
  return {};
}

bool Deliver::look_at_queues() {
  auto queues = delivery_queues(database_);
  if (failed(queues)) return false;
  std::int64_t waiting = 0, overdue_us = 0;
  for (const EndpointQueue& queue : *queues) {
    waiting += queue.waiting;
    overdue_us = std::max(overdue_us, queue.overdue_us);
    if (queue.waiting <= options_.backlog_max) continue;
    auto endpoint = load_webhook(database_, queue.endpoint);
    if (!endpoint || failed(disable(*endpoint, "backlog"))) return false;
  }
  waiting_.set(static_cast<double>(waiting));
  overdue_.set(static_cast<double>(overdue_us) / 1e6);
  return true;
}

void Deliver::give_back() {
  for (const std::int64_t tag : poster_.break_off()) {
    const auto found = attempts_.find(tag);
    if (found == attempts_.end()) continue;
    (void)failed(give_back_delivery(database_, tag, found->second.delivery.attempt));
    attempts_.erase(found);
  }
  under_way_.set(0);
}

}  // namespace footfall::core
