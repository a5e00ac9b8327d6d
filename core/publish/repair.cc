#include "core/publish/repair.h"

#include <algorithm>

namespace footfall::core {
namespace {

// Up to which version Redis holds snapshot and changes without a hole; none when there is one.
std::optional<std::uint64_t> whole_up_to(const DirectoryInRedis& redis) {
  if (!redis.has_head || redis.snapshot_chunks == 0 || redis.chunks_present != redis.snapshot_chunks) {
    return std::nullopt;
  }
  if (redis.entries == 0) return redis.snapshot_version;
  const bool ours = redis.first.major == redis.epoch && redis.top.major == redis.epoch;
  const bool joins = redis.first.minor <= redis.snapshot_version + 1;
  const bool unbroken = redis.entries == redis.top.minor - redis.first.minor + 1;
  if (!ours || !joins || !unbroken) return std::nullopt;
  return std::max(redis.top.minor, redis.snapshot_version);
}

}  // namespace

Repair judge_redis(const DirectoryState& books, const DirectoryInRedis& redis) {
  const auto whole = whole_up_to(redis);
  const bool sound = whole && redis.epoch == books.epoch && redis.version <= *whole && *whole <= books.version;
  if (sound) {
    if (*whole == books.version && redis.version == *whole) return {};
    return {Repair::Kind::push, *whole, books.epoch};
  }
  // An epoch that edges may have seen is never used for other content.
  return {Repair::Kind::republish, 0, std::max({books.epoch, redis.epoch, redis.top.major}) + 1};
}

}  // namespace footfall::core
