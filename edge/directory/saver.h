// Keeps the snapshot on disk fresh: decides when to save (is_save_due), and saves on a thread of its own, so that a
// slow disk never holds up a change. That thread reads the directory like a worker that stays pinned for the whole
// save; memory retired meanwhile waits for it.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "edge/directory/snapshot.h"
#include "proto/base/clock.h"
#include "proto/base/lifecycle.h"
#include "proto/base/result.h"

namespace footfall::edge {

class DirectoryStore;
class FollowerProbe;

struct SaverOptions {
  std::string path;
  std::int64_t interval_us = 60'000'000;
  std::int64_t bytes_per_s_max = 64 << 20;
  std::int64_t last_save_us = 5'000'000;  // what finish() may take
};

// All calls on the thread that writes the directory.
class SnapshotSaver {
 public:
  // All outlive it.
  SnapshotSaver(SaverOptions options, const DirectoryStore& store, FollowerProbe& probe, const Clock& clock);
  ~SnapshotSaver();
  SnapshotSaver(const SnapshotSaver&) = delete;
  SnapshotSaver& operator=(const SnapshotSaver&) = delete;

  // The file on disk is this one; the next save waits for the interval.
  void set_saved(DirectoryPosition position, const VisitorSalts& salts);
  // Now and then: what is served is at `stamp`. Begins and ends saves.
  void save_if_due(const SnapshotStamp& stamp);
  // What is being saved is about to be replaced.
  void cancel() { worker_.request_stop(); }
  // At shutdown: saves once more if there is something new, within last_save_us.
  void save_at_shutdown(const SnapshotStamp& stamp);

 private:
  struct Outcome {
    DirectoryPosition position;
    VisitorSalts salts;
    Result<SavedSnapshot> saved;
    std::int64_t took_us = 0;
  };
  bool is_new(const SnapshotStamp& stamp) const;
  void start(const SnapshotStamp& stamp, std::int64_t bytes_per_s_max);
  void collect_outcome();  // the outcome of a save that has ended

  const SaverOptions options_;
  const DirectoryStore& store_;
  FollowerProbe& probe_;
  const Clock& clock_;
  Worker worker_;
  bool busy_ = false;  // the worker was started and not collected
  std::atomic<bool> ended_{false};
  std::optional<Outcome> outcome_;  // written by the worker before ended_
  std::optional<DirectoryPosition> saved_at_;
  VisitorSalts saved_salts_;
  std::optional<std::int64_t> began_us_;  // none: there is no sound snapshot yet
  std::int64_t took_us_ = 0;
};

}  // namespace footfall::edge
