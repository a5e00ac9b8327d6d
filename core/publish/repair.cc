#include "core/publish/repair.h"

#include <algorithm>

namespace footfall::core {
namespace {

// The version up to which snapshot and changes in Redis are complete; none when a part is missing.
std::optional<std::uint64_t> complete_up_to(const DirectoryInRedis& redis) {
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

Repair plan_repair(const DirectoryState& database, const DirectoryInRedis& redis) {
  const auto complete = complete_up_to(redis);
  const bool sound =
      complete && redis.epoch == database.epoch && redis.version <= *complete && *complete <= database.version;
  if (sound) {
    if (*complete == database.version && redis.version == *complete) return {};
    return {Repair::Kind::push, *complete, database.epoch};
  }
  // Edges may have seen these epochs, so none of them may be used for other content.
  return {Repair::Kind::republish, 0, std::max({database.epoch, redis.epoch, redis.top.major}) + 1};
}

}  // namespace footfall::core
