#include "edge/directory/saver.h"

#include <utility>

#include "edge/directory/content.h"
#include "edge/directory/follower_probe.h"
#include "edge/directory/store.h"
#include "proto/base/logging.h"

namespace footfall::edge {

SnapshotSaver::SnapshotSaver(SaverOptions options, const DirectoryStore& store, FollowerProbe& probe,
                             const Clock& clock)
    : options_(std::move(options)), store_(store), probe_(probe), clock_(clock) {}

SnapshotSaver::~SnapshotSaver() {
  worker_.request_stop();
  worker_.join();
}

void SnapshotSaver::set_saved(DirectoryPosition position, const VisitorSalts& salts) {
  saved_at_ = position;
  saved_salts_ = salts;
  began_us_ = clock_.steady_us();
}

// A file that holds a salt of long ago is written anew for that alone.
bool SnapshotSaver::is_new(const SnapshotStamp& stamp) const {
  return stamp.position != saved_at_ || store_.salts() != saved_salts_;
}

void SnapshotSaver::start(const SnapshotStamp& stamp, std::int64_t bytes_per_s_max) {
  began_us_ = clock_.steady_us();
  ended_.store(false);
  // Pinned here, not on the thread: the caller writes the directory, so stamp and content belong together.
  store_.pin(store_.saver());
  const DirectoryContent* content = store_.content();
  FOOTFALL_CHECK(content != nullptr);
  busy_ = true;
  worker_ = Worker("directory-save", [this, content, salts = store_.salts(), stamp,
                                      bytes_per_s_max](const std::stop_token& stop) {
    const std::int64_t began_us = clock_.steady_us();
    Result<SavedSnapshot> saved = save_snapshot(*content, salts, stamp, options_.path, {bytes_per_s_max}, clock_, stop);
    store_.unpin(store_.saver());
    outcome_ = Outcome{stamp.position, salts, std::move(saved), clock_.steady_us() - began_us};
    ended_.store(true);
  });
}

void SnapshotSaver::collect_outcome() {
  if (!busy_ || !ended_.load()) return;
  worker_.join();
  busy_ = false;
  const std::optional<Outcome> outcome = std::exchange(outcome_, std::nullopt);
  took_us_ = outcome->took_us;
  if (outcome->saved) {
    saved_at_ = outcome->position;
    saved_salts_ = outcome->salts;
    probe_.snapshots_saved.add();
    log_info("directory.snapshot.saved", {{"version", outcome->position.version},
                                          {"records", outcome->saved->records},
                                          {"bytes", outcome->saved->bytes}});
  } else if (outcome->saved.error().code != "stopped") {
    probe_.snapshot_save_failures.add();
    log_error("directory.snapshot.not_saved", {{"why", outcome->saved.error().message}});
  }
}

void SnapshotSaver::save_if_due(const SnapshotStamp& stamp) {
  if (options_.path.empty()) return;
  collect_outcome();
  const std::int64_t since_us = began_us_ ? clock_.steady_us() - *began_us_ : INT64_MAX;
  if (busy_ || !is_save_due(is_new(stamp), since_us, took_us_, options_.interval_us)) return;
  start(stamp, options_.bytes_per_s_max);
}

void SnapshotSaver::save_at_shutdown(const SnapshotStamp& stamp) {
  if (options_.path.empty()) return;
  const std::int64_t deadline_us = clock_.steady_us() + options_.last_save_us;
  cancel();  // a save at serving speed that is still under way is not worth its wait
  for (bool again = false; busy_ || (!again && is_new(stamp));) {
    if (!busy_) {
      start(stamp, 0);
      again = true;
    }
    if (clock_.steady_us() > deadline_us) cancel();
    clock_.sleep_us(1'000);
    collect_outcome();
  }
}

}  // namespace footfall::edge
