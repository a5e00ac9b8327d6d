// Compares the state of Redis with that of PostgreSQL and decides how Redis must be repaired (PROTOCOL.md 16). Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "core/storage/directory_log.h"
#include "proto/wire/streams.h"

namespace footfall::core {

struct DirectoryInRedis {
  bool has_head = false;    // all four fields of the head are there and are numbers
  std::uint64_t epoch = 0;  // this and the next three: 0 where the field is absent
  std::uint64_t version = 0;
  std::uint64_t snapshot_version = 0;
  std::uint64_t snapshot_chunks = 0;
  std::uint64_t chunks_present = 0;
  std::uint64_t entries = 0;  // number of entries in the stream of changes
  wire::EntryId first;        // id of the first entry, if there is one
  wire::EntryId top;          // the last id that the stream has given out
};

struct Repair {
  enum class Kind : std::uint8_t {
    none,       // Redis holds what it should
    push,       // add the changes after version `from`
    republish,  // Redis is empty, partial, or of another epoch: write the whole directory under `epoch`
  };
  Kind kind = Kind::none;
  std::uint64_t from = 0;
  std::uint64_t epoch = 0;
};

Repair plan_repair(const DirectoryState& database, const DirectoryInRedis& redis);

}  // namespace footfall::core
