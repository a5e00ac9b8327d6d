#include "core/api/limiter.h"

#include <algorithm>
#include <array>

#include "proto/wire/streams.h"

namespace footfall::core {
namespace {

// One round trip, atomic: the count after this call and the milliseconds left. A refused call does not count, so that a
// client which keeps knocking is let in when the window ends.
constexpr std::string_view kScript =
    "local n = tonumber(redis.call('GET', KEYS[1]) or '0') "
    "local left = redis.call('PTTL', KEYS[1]) "
    "if n >= tonumber(ARGV[1]) and left > 0 then return {n + 1, left} end "
    "if left <= 0 then redis.call('SET', KEYS[1], '1', 'PX', ARGV[2]) return {1, tonumber(ARGV[2])} end "
    "return {redis.call('INCR', KEYS[1]), left}";

LimitVerdict verdict_of(std::int64_t count, std::int64_t left_ms, std::int64_t limit) {
  LimitVerdict verdict;
  verdict.limit = limit;
  verdict.allowed = count <= limit;
  verdict.remaining = std::max<std::int64_t>(0, limit - count);
  verdict.reset_after_s = std::max<std::int64_t>(1, (left_ms + 999) / 1000);
  return verdict;
}

}  // namespace

LimitVerdict LocalWindows::take(const std::string& subject, std::int64_t limit) {
  const std::int64_t now_us = clock_.steady_us();
  const MutexLock lock(mutex_);
  auto found = windows_.find(subject);
  if (found != windows_.end() && found->second.ends_us <= now_us) {
    order_.erase(found->second.order);
    windows_.erase(found);
    found = windows_.end();
  }
  if (found == windows_.end()) {
    if (windows_.size() >= kSubjectsMax) {
      windows_.erase(order_.front());
      order_.pop_front();
    }
    order_.push_back(subject);
    found = windows_.emplace(subject, Window{now_us + kLimitWindowMs * 1000, 0, std::prev(order_.end())}).first;
  }
  Window& window = found->second;
  const std::int64_t left_ms = (window.ends_us - now_us) / 1000;
  if (window.count >= limit) return verdict_of(limit + 1, left_ms, limit);
  return verdict_of(++window.count, left_ms, limit);
}

LimitVerdict Limiter::take(std::string_view zone, std::string_view subject, std::int64_t limit) {
  const std::string key = wire::limit_key(zone, subject);
  const std::string limit_text = std::to_string(limit);
  const std::string window_text = std::to_string(kLimitWindowMs);
  if (script_sha_.empty()) {
    auto loaded = redis_.command({"SCRIPT", "LOAD", kScript});
    if (loaded && !loaded->is_error()) script_sha_ = loaded->text;
  }
  if (!script_sha_.empty()) {
    auto reply = redis_.command({"EVALSHA", script_sha_, "1", key, limit_text, window_text});
    if (reply && reply->elements.size() == 2) {
      return verdict_of(reply->elements[0].integer, reply->elements[1].integer, limit);
    }
    script_sha_.clear();  // flushed, failed over or away: load it again next time
  }
  return local_.take(key, limit);
}

}  // namespace footfall::core
