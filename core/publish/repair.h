// Whether Redis holds what PostgreSQL says it should, decided from what both say (PROTOCOL.md 16). Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "core/storage/directory_log.h"
#include "proto/wire/streams.h"

namespace footfall::core {

struct DirectoryInRedis {
  bool has_head = false;    // all four fields, as numbers
  std::uint64_t epoch = 0;  // 0 where it is absent
  std::uint64_t version = 0;
  std::uint64_t snapshot_version = 0;
  std::uint64_t snapshot_chunks = 0;
  std::uint64_t chunks_present = 0;
  std::uint64_t entries = 0;  // of the stream of changes
  wire::EntryId first;        // when there are entries
  wire::EntryId top;
};

struct Repair {
  enum class Kind : std::uint8_t {
    none,       // Redis is right
    push,       // it lacks the changes after `from`
    republish,  // it is empty, partial, older or not ours: the whole, under `epoch`
  };
  Kind kind = Kind::none;
  std::uint64_t from = 0;
  std::uint64_t epoch = 0;
};

Repair judge_redis(const DirectoryState& books, const DirectoryInRedis& redis);

}  // namespace footfall::core
