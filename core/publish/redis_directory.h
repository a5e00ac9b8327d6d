// Reads and writes the directory's keys in Redis (proto/wire/streams.h): reads their state, adds changes, replaces the
// snapshot. What to do is decided elsewhere (repair.h). One thread. All errors are those of Redis.
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
  // Adds the changes, then raises the version in the head, so that the head never names a change that is missing.
  Result<void> push(std::uint64_t epoch, const std::vector<PublishedChange>& changes, std::int64_t checked_us);
  Result<void> set_version(std::uint64_t version, std::int64_t checked_us);
  Result<void> mark_checked(std::int64_t checked_us);

  // Whether Redis holds exactly these encoded VisitorSalts.
  Result<bool> has_salts(std::string_view salts);
  // Encoded VisitorSalts, which Redis itself deletes after `seconds`.
  Result<void> write_salts(std::string_view salts, std::int64_t seconds);

  Result<void> write_chunk(std::uint64_t epoch, std::uint64_t version, std::uint64_t number, std::string_view chunk);
  // Makes edges load this snapshot, whose chunks must all be written. `new_epoch` also removes the changes of the old
  // epoch.
  Result<void> switch_snapshot(const DirectoryState& state, std::uint64_t chunks, bool new_epoch,
                               std::int64_t checked_us);
  // Removes the chunks of all other snapshots, and changes that are more than `keep` versions older than this one.
  Result<void> remove_old(const DirectoryState& snapshot, std::uint64_t keep);

 private:
  redis::Redis& redis_;
  Result<void> run(const std::vector<redis::Arguments>& commands);
  Result<std::uint64_t> count_chunks(const DirectoryInRedis& state);
};

}  // namespace footfall::core
