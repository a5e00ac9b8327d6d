// Stores runs: rows, roll-ups, uniqueness, conflicts, dead letters and the stream's position in one transaction
// (PROTOCOL.md 6). What the database refuses as data (SQLSTATE 22, 23) is halved until the offender stands alone, and
// becomes a dead letter (PROTOCOL.md 7). One thread, one connection.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "core/ingest/probe.h"
#include "core/ingest/run.h"
#include "core/storage/database.h"
#include "core/storage/erasures.h"

namespace footfall::core {

struct Recorded {
  std::uint64_t position = 0;  // how far it came; the run's end unless an error was returned
  std::uint64_t stored = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t dead = 0;
  std::uint64_t voided = 0;
};

// Error code of a refused compare-and-set.
inline constexpr const char* kNotOwner = "not_owner";

class Recorder {
 public:
  // `database` has had prepare_click_session(); both outlive it. It caches what it has seen of that database: make it
  // anew with the connection.
  Recorder(Database& database, IngestProbe& probe) : database_(database), probe_(probe) {}

  // Errors: conflict with code kNotOwner (another owner moved the position: give the stream up); unavailable, internal
  // (nothing of the last transaction is stored; try again later from the position that the database knows).
  Result<Recorded> record(std::int64_t stream_id, Run& run);

  // For clicks that come from a dead letter: the letter is marked instead of a position moved; nothing is split.
  Result<Recorded> record_letter(std::int64_t stream_id, std::int64_t letter_id, std::span<NewClick> clicks);

 private:
  Database& database_;
  IngestProbe& probe_;
  Erasures erasures_;
  std::set<std::int64_t> days_;  // that have a partition
  CopyPayload payload_;

  struct Part;
  Result<Recorded> record_part(std::int64_t stream_id, Run& run, std::uint64_t from, std::uint64_t to);
  Result<Recorded> transact(std::int64_t stream_id, const Part& part);
  Result<Recorded> store(std::int64_t stream_id, std::span<NewClick> clicks);
  Result<Recorded> store_once(std::int64_t stream_id, std::span<NewClick> clicks, bool again);
  Result<void> judge_by_books(std::span<NewClick> clicks);
  Result<void> ensure_days(std::span<const NewClick> clicks);
};

}  // namespace footfall::core
