#include "core/ingest/lost_commits.h"

#include <algorithm>

#include "core/ingest/watermarks.h"
#include "proto/base/logging.h"

namespace footfall::core {
namespace {

// The stream that has lost commits; the end if there is none.
auto find_lost(const std::vector<StreamRow>& streams, const std::vector<wire::Watermark>& published,
               const DatabaseIdentity& database) {
  return std::find_if(streams.begin(), streams.end(), [&](const StreamRow& stream) {
    return std::any_of(published.begin(), published.end(), [&](const wire::Watermark& watermark) {
      return watermark.incarnation == stream.incarnation && watermark.database == database.identity &&
             watermark.epoch == database.epoch && watermark.position > stream.position;
    });
  });
}

}  // namespace

Result<StreamsNow> read_streams(redis::Redis& redis, Database& database,
                                const std::vector<wire::Incarnation>& incarnations) {
  // The watermarks come first: whatever they say was committed before, so the positions read afterwards must show it.
  auto published = read_watermarks(redis, incarnations);
  if (!published) return Failure(published.error());
  StreamsNow now;
  auto identity = database_identity(database);
  if (!identity) return Failure(identity.error());
  now.database = *identity;
  auto streams = streams_of(database, incarnations);
  if (!streams) return Failure(streams.error());
  now.streams = std::move(*streams);
  const auto lost = find_lost(now.streams, *published, now.database);
  if (lost == now.streams.end()) return now;

  auto raised = raise_recovery_epoch(database, now.database.epoch, lost->incarnation);
  if (!raised) return Failure(raised.error());
  identity = database_identity(database);
  if (!identity) return Failure(identity.error());
  now.database = *identity;
  now.went_back = *raised;
  if (!now.went_back) return now;  // another process, or thread, was first
  log_error("ingest.database.went_back", {{"incarnation", lost->incarnation.hex()},
                                          {"position", lost->position},
                                          {"epoch", now.database.epoch},
                                          {"remedy", "edges ship again what their logs still hold; see RUNBOOK.md"}});
  return now;
}

}  // namespace footfall::core
