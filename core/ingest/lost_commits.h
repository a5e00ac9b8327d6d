// Notices that the database went back: it was restored from a backup, or a standby without the last commits took over,
// and nobody raised the recovery epoch (PROTOCOL.md 9). Edges trust no lower position under the same epoch, so without
// a new epoch the streams concerned would stand still.
#pragma once

#include <vector>

#include "core/storage/streams.h"
#include "proto/redis/client.h"

namespace footfall::core {

struct StreamsNow {
  DatabaseIdentity database;
  std::vector<StreamRow> streams;
  bool went_back = false;  // commits are lost, and this call has raised the epoch
};

// Reads the streams of these incarnations. Where Redis holds a watermark of this database and epoch that is above the
// stream's position, commits are lost: the epoch is raised, with a trace in the audit. Every caller that publishes
// watermarks of streams that it has just begun to read from the database calls this first. Errors are those of Redis
// and PostgreSQL.
Result<StreamsNow> read_streams(redis::Redis& redis, Database& database,
                                const std::vector<wire::Incarnation>& incarnations);

}  // namespace footfall::core
