// Stores a run: rows, roll-ups, uniqueness, conflicts, dead letters and the stream's position in one transaction
// (PROTOCOL.md 6). When PostgreSQL refuses the data (SQLSTATE class 22 or 23), the run is halved until the click at
// fault is alone; it becomes a dead letter (PROTOCOL.md 7). One thread, one connection.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "core/ingest/probe.h"
#include "core/ingest/run.h"
#include "core/storage/database.h"
#include "core/storage/erasures.h"

namespace footfall::core {

struct StoredRun {
  std::uint64_t position = 0;  // of the stream after the transaction
  std::uint64_t stored = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t dead = 0;
  std::uint64_t voided = 0;
  std::int64_t commit_us = 0;  // of the slowest COMMIT, which mostly waits for PostgreSQL's log to be synced
};

// Error code when the position was not the expected one.
inline constexpr const char* kNotOwner = "not_owner";

class RunRecorder {
 public:
  // prepare_click_session() must have been called on `database`; both references must outlive this. `rules` is the
  // digest of the rules that judged the clicks. It caches what it has read of the database, so make a new one for each
  // new connection.
  RunRecorder(Database& database, IngestProbe& probe, std::string rules)
      : database_(database), probe_(probe), rules_(std::move(rules)) {}

  // Errors: conflict with code kNotOwner when another owner moved the position (release the stream); unavailable or
  // internal, when nothing of the last transaction is stored (try again later from the database's position).
  Result<StoredRun> record(std::int64_t stream_id, Run& run);

  // Stores the clicks of a dead letter and marks the letter as replayed. No position moves, and nothing is halved.
  Result<StoredRun> record_letter(std::int64_t stream_id, std::int64_t letter_id, std::span<NewClick> clicks);

 private:
  Database& database_;
  IngestProbe& probe_;
  const std::string rules_;
  std::int32_t rules_id_ = 0;  // 0: not read yet
  Erasures erasures_;
  std::set<std::int64_t> days_;  // known to have a partition
  CopyPayload payload_;

  struct Part;
  Result<StoredRun> record_part(std::int64_t stream_id, Run& run, std::uint64_t from, std::uint64_t to);
  Result<StoredRun> transact(std::int64_t stream_id, const Part& part);
  Result<StoredRun> store(std::int64_t stream_id, std::span<NewClick> clicks);
  Result<StoredRun> store_once(std::int64_t stream_id, std::span<NewClick> clicks, bool again);
  Result<void> apply_erasures_and_revocations(std::span<NewClick> clicks);
  Result<void> apply_privacy(std::span<NewClick> clicks);
  Result<void> prepare(std::span<const NewClick> clicks);
  Result<void> ensure_days(std::span<const NewClick> clicks);
};

}  // namespace footfall::core
