// The directory's keys in Redis (proto/wire/streams.h): reading what is there, adding changes, replacing the whole.
// Decides nothing. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/publish/repair.h"
#include "core/storage/directory_log.h"
#include "proto/redis/client.h"

namespace footfall::core {

class RedisDirectory {
 public:
  explicit RedisDirectory(redis::Redis& redis) : redis_(redis) {}

  Result<DirectoryInRedis> read();
  // Changes first, then the head that promises them.
  Result<void> push(std::uint64_t epoch, const std::vector<PublishedChange>& changes, std::int64_t checked_us);
  Result<void> set_version(std::uint64_t version, std::int64_t checked_us);
  Result<void> mark_checked(std::int64_t checked_us);

  Result<void> write_chunk(std::uint64_t epoch, std::uint64_t version, std::uint64_t number, std::string_view chunk);
  // All chunks are written: from here on edges load this snapshot. `anew`: the changes of other epochs go.
  Result<void> switch_snapshot(const DirectoryState& state, std::uint64_t chunks, bool anew, std::int64_t checked_us);
  // Chunks of any other snapshot; and changes that lie `keep` before this one.
  Result<void> remove_old(const DirectoryState& snapshot, std::uint64_t keep);

 private:
  redis::Redis& redis_;
  Result<void> run(const std::vector<redis::Arguments>& commands);
  Result<std::uint64_t> count_chunks(const DirectoryInRedis& state);
};

}  // namespace footfall::core
