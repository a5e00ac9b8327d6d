// The shared window is a counter with an expiry, begun by whichever edge adds first and ending when that edge's own
// window ends. The others join it: their windows take over its end, so all edges open the next one together. Adding and
// setting the expiry must be one step, else a counter without an end could stay behind: hence the script.
#include "edge/limits/limit_sync.h"

#include <algorithm>

#include "proto/base/lifecycle.h"
#include "proto/base/logging.h"
#include "proto/wire/streams.h"

namespace footfall::edge {
namespace {

constexpr std::string_view kScript =
    "local fresh = redis.call('EXISTS', KEYS[1]) == 0 "
    "local total = redis.call('INCRBY', KEYS[1], ARGV[1]) "
    "if fresh then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end "
    "return {total, redis.call('PTTL', KEYS[1]), fresh and 1 or 0}";
constexpr std::string_view kZone = "clicks";
constexpr std::size_t kKeysPerWrite = 512;
// A window that is about to expire is not joined: what was added to it is added to the next one again.
constexpr std::int64_t kExpiringSoonMs = 100;

}  // namespace

LimitSync::LimitSync(KeyLimits& limits, redis::Redis& redis, const Clock& clock, Metrics& metrics)
    : limits_(limits),
      redis_(redis),
      clock_(clock),
      failures_(metrics.counter("footfall_edge_limit_sync_failures_total",
                                "Rounds in which limits were not shared, because Redis was away")) {}

void LimitSync::run(std::stop_token stop) {
  while (!sleep_or_stop(stop, kSyncIntervalMs * 1000)) {
    const bool works = share();
    if (works != works_) {
      works ? log_info("limits.shared") : log_warn("limits.alone", {{"reason", "Redis is away"}});
    }
    works_ = works;
  }
}

bool LimitSync::share() {
  pending_.clear();
  const std::int64_t now_ms = clock_.steady_us() / 1000;
  limits_.for_each_open(now_ms, [this, now_ms](const KeyLimits::Usage& usage) {
    pending_.push_back({usage, wire::limit_key(kZone, std::to_string(usage.key.value)), std::to_string(usage.unshared),
                        std::to_string(usage.window.end_ms - now_ms)});
  });
  for (std::size_t from = 0; from < pending_.size(); from += kKeysPerWrite) {
    if (!send(from, std::min(from + kKeysPerWrite, pending_.size()), now_ms)) {
      failures_.add();
      return false;
    }
  }
  return true;
}

bool LimitSync::send(std::size_t from, std::size_t to, std::int64_t now_ms) {
  std::vector<redis::Arguments> commands;
  for (std::size_t i = from; i < to; ++i) {
    const Pending& pending = pending_[i];
    commands.push_back({"EVAL", kScript, "1", pending.key, pending.added, pending.life_ms});
  }
  const auto replies = redis_.pipeline(commands);
  for (std::size_t i = from; i < to; ++i) {
    const Pending& pending = pending_[i];
    if (!replies || replies->size() != commands.size()) {
      limits_.assume_shared(pending.usage, pending.usage.unshared);
      continue;
    }
    const redis::Reply& reply = (*replies)[i - from];
    if (reply.elements.size() != 3) continue;  // an error, such as a Redis that is full or loading: nothing was added
    const std::int64_t life_ms = reply.elements[1].integer;
    const bool fresh = reply.elements[2].integer == 1;
    if (!fresh && life_ms < kExpiringSoonMs) continue;
    const std::int64_t total = std::max<std::int64_t>(reply.elements[0].integer, 0);
    limits_.shared(pending.usage, pending.usage.unshared, static_cast<std::uint64_t>(total), now_ms + life_ms, fresh);
  }
  return replies && replies->size() == commands.size();
}

}  // namespace footfall::edge
