#include "edge/dependency_health.h"

#include <charconv>
#include <cstdlib>
#include <string>

#include "proto/base/lifecycle.h"
#include "proto/base/logging.h"

namespace footfall::edge {
namespace {

constexpr std::int64_t kIntervalUs = 2'000'000;
constexpr std::int64_t kCoreMs = 1'000;

std::optional<std::int64_t> number(const redis::Reply& reply) {
  std::int64_t value = 0;
  const char* end = reply.text.data() + reply.text.size();
  const auto [stop, error] = std::from_chars(reply.text.data(), end, value);
  return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

http::ClientOptions with_short_timeouts(http::ClientOptions options) {
  options.connect_ms = kCoreMs;
  options.answer_ms = kCoreMs;
  return options;
}

}  // namespace

DependencyHealth::DependencyHealth(redis::Redis& redis, http::ClientOptions core, const Clock& clock, Metrics& metrics)
    : redis_(redis), core_(with_short_timeouts(std::move(core))), clock_(clock) {
  metrics.gauge_function("footfall_edge_redis_up", "1 while Redis answers", [this] { return redis_is_up() ? 1 : 0; });
  metrics.gauge_function("footfall_edge_core_up", "1 while core answers", [this] { return core_is_up() ? 1 : 0; });
  metrics.gauge_function("footfall_edge_clock_difference_seconds", "Our clock less that of Redis",
                         [this] { return static_cast<double>(clock_difference_us()) / 1e6; });
}

void DependencyHealth::run(std::stop_token stop) {
  do {
    check_redis();
    check_core();
    checked_once_.store(true);
  } while (!sleep_or_stop(stop, kIntervalUs));
}

void DependencyHealth::check_redis() {
  const std::int64_t asked_us = clock_.steady_us();
  const auto reply = redis_.command({"TIME"});
  const std::int64_t answered_us = clock_.steady_us();
  set_up(redis_is_up_, reply && !reply->is_error(), "edge.redis");
  if (!reply || reply->elements.size() != 2) return;
  const auto seconds = number(reply->elements[0]);
  const auto micros = number(reply->elements[1]);
  if (!seconds || !micros) return;
  const bool was_right = std::abs(clock_difference_us()) <= kClockDifferenceMaxUs;
  reference_us_.store(*seconds * 1'000'000 + *micros - (asked_us + answered_us) / 2, std::memory_order_relaxed);
  const bool is_right = std::abs(clock_difference_us()) <= kClockDifferenceMaxUs;
  if (was_right && !is_right) log_error("edge.clock.wrong", {{"difference_us", clock_difference_us()}});
}

void DependencyHealth::check_core() {
  http::ClientRequest request;
  request.target = "/health";
  request.host = "localhost";
  set_up(core_is_up_, http::fetch(core_, request).has_value(), "edge.core");  // any answer shows that it is up
}

std::int64_t DependencyHealth::clock_difference_us() const {
  const std::int64_t reference_us = reference_us_.load(std::memory_order_relaxed);
  return reference_us == kNever ? 0 : clock_.wall_us() - (reference_us + clock_.steady_us());
}

void DependencyHealth::set_up(std::atomic<bool>& is_up, bool now, const char* event) {
  if (is_up.exchange(now, std::memory_order_relaxed) == now) return;
  const std::string name = std::string(event) + (now ? ".back" : ".away");
  now ? log_info(name) : log_warn(name);
}

}  // namespace footfall::edge
