// The directory on disk, so that an edge starts at once, with Redis and core away.
//
//   file  = "FFDIR\0\0\1" frame…
//   frame = size:4 crc:4 kind:1 payload     little endian; size counts kind and payload; crc is CRC-32C of size, kind
//                                           and payload, seeded by the crc of the frame before, so that none can be
//                                           lost or exchanged
//   kinds: start (epoch, version, as_of_us, numbers of campaigns, keys, links to make room for: 8 bytes each),
//   secrets (version:8 tag_key:16 draw_key:16, then day:8 salt:16 for each day), hosts, campaigns, keys, links, end
//   (number of records). Hosts are varint-counted texts in the order of their indexes, before the links that name them;
//   the others are packed records (record.h).
//
// A snapshot is of the moment at which its saving began or later, entity by entity: what changed meanwhile is applied
// again from the changes after its position, which does no harm. Tombstones are not saved.
//
// The file holds the secrets: mode 0600.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "edge/directory/follow_policy.h"
#include "edge/directory/visitor_salts.h"
#include "proto/base/clock.h"
#include "proto/base/result.h"

namespace footfall::edge {

class DirectoryContent;

struct SnapshotStamp {
  DirectoryPosition position;
  std::int64_t as_of_us = 0;  // wall time at which this was known to be up to date
};
struct SaveLimits {
  std::int64_t bytes_per_s_max = 64 << 20;  // 0: none. The click log shares the disk.
};
struct SavedSnapshot {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
};
// Writes beside `path`, syncs, renames, syncs the folder. Fails without touching `path`; a requested stop is such a
// failure (code "stopped"). The caller is a pinned reader of `content`, or its writer. Memory: one buffer of 256 KiB.
Result<SavedSnapshot> save_snapshot(const DirectoryContent& content, const VisitorSalts& salts,
                                    const SnapshotStamp& stamp, const std::string& path, const SaveLimits& limits,
                                    const Clock& clock, const std::stop_token& stop);

struct LoadedSnapshot {
  SnapshotStamp stamp;
  VisitorSalts salts;
  std::unique_ptr<DirectoryContent> content;
};
// not_found: no such file. Anything that is not exactly what save_snapshot() wrote: invalid, with what and where.
Result<LoadedSnapshot> load_snapshot(const std::string& path);

}  // namespace footfall::edge
