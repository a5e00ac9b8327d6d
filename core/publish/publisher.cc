// run_once() gives versions to the noted entities in one transaction with the deletion of the notes, pushes the changes
// to Redis, and once a second compares Redis with PostgreSQL. What differs is repaired by pushing the missing changes,
// or by writing the whole directory under a new epoch. Failures of Redis only pause the part that needs Redis: versions
// are still assigned, and edges can ask any core process for them. A failure of PostgreSQL gives up the lock.
#include "core/publish/publisher.h"

#include <algorithm>

#include "core/publish/entity_codec.h"
#include "core/publish/entity_walk.h"
#include "core/publish/noted_entities.h"
#include "core/storage/streams.h"
#include "core/storage/visitor_salts.h"
#include "proto/base/logging.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;
constexpr std::int64_t kCompareIntervalUs = 1'000'000;
// An edge asks core itself when the mark stands still for half a second (edge/directory/follower.cc).
constexpr std::int64_t kMarkIntervalUs = 200'000;
constexpr std::size_t kChunkBytes = 1 << 20;
constexpr std::int64_t kChangesPerPush = 1'000;

}  // namespace

Publisher::Probe::Probe(Metrics& metrics)
    : epoch(metrics.gauge("footfall_directory_epoch", "Epoch under which the directory is published.")),
      version(metrics.gauge("footfall_directory_version", "Last version of the directory that was assigned.")),
      leading(metrics.gauge("footfall_publish_leading", "1 in the process that publishes, 0 in those that wait.")),
      waiting(metrics.gauge("footfall_publish_outbox_rows", "Changes noted and not published yet.")),
      changes(metrics.counter("footfall_publish_changes_total", "Changes that were given a version.")),
      republished(metrics.counter("footfall_publish_republished_total",
                                  "Times that the whole was published under a new epoch.")),
      snapshots(metrics.counter("footfall_publish_snapshots_total", "Snapshots written to Redis.")),
      redis_failures(metrics.counter("footfall_publish_failures_total", "Calls of the publisher that failed.",
                                     {{"service", "redis"}})),
      postgres_failures(metrics.counter("footfall_publish_failures_total", "Calls of the publisher that failed.",
                                        {{"service", "postgres"}})),
      delay_seconds(metrics.histogram("footfall_publish_delay_seconds",
                                      "From a change's note to its being in Redis, oldest of each push.",
                                      {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60})) {}

Publisher::Publisher(const PublisherOptions& options, const Clock& clock, Metrics& metrics)
    : options_(options),
      clock_(clock),
      probe_(metrics),
      database_(options.postgres_url, "footfall-core publish"),
      redis_(redis::make_client(options.redis)),
      directory_(*redis_) {}

void Publisher::run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    if (!run_once()) wait_for_notes(stop);
  }
}

// Notes that come one after another are published together: after a run that published some there is a pause. Else
// PostgreSQL says when there is something, and until it does nothing is unpublished: that is what the mark in Redis
// means, which is renewed meanwhile. Should PostgreSQL fall silent, the look that goes with the next comparison, a
// second after the last one, finds that out.
void Publisher::wait_for_notes(const std::stop_token& stop) {
  const auto pause_us = std::max(blocked_until_us_, published_us_ + options_.poll_us) - clock_.steady_us();
  if (pause_us > 0 || !locked_) {
    sleep_or_stop(stop, std::max<std::int64_t>(pause_us, 0));
    return;
  }
  while (!stop.stop_requested()) {
    auto noted = database_.wait_for_notification("directory_noted", kMarkIntervalUs);
    if (!noted) return fail(noted.error());
    const auto now_us = clock_.steady_us();
    const bool compares_next = now_us + kMarkIntervalUs / 2 >= compared_us_ + kCompareIntervalUs;
    if (*noted || compares_next || !redis_complete_) return;
    note_redis(mark(now_us));
  }
}

bool Publisher::run_once() {
  if (clock_.steady_us() < blocked_until_us_) return false;
  if (!locked_) {
    auto locked = try_lock_role(database_, Role::publisher);
    if (!locked) {
      fail(locked.error());
      return false;
    }
    if (!*locked) {
      blocked_until_us_ = clock_.steady_us() + kCompareIntervalUs / 2;
      return false;
    }
    locked_ = true;
    redis_complete_ = false;
    compared_us_ = 0;
    probe_.leading.set(1);
    log_info("publish.leading");
  }
  if (auto rotated = rotate_salts(); !rotated) {
    fail(rotated.error());
    return false;
  }
  auto published = publish_notes();
  if (!published) {
    fail(published.error());
    return false;
  }
  postgres_backoff_.reset();
  if (!published->changes.empty()) published_us_ = clock_.steady_us();
  if (auto done = update_redis(*published); !done) {
    fail(done.error());
    return false;
  }
  return published->full;
}

// Assigns versions and deletes the notes in one transaction, so that each note gets a version exactly once. Mostly
// there are none, and then no transaction is needed.
Result<Publisher::Published> Publisher::publish_notes() {
  auto quiet = directory_state_if_published(database_);
  if (!quiet) return Failure(quiet.error());
  if (*quiet) {
    probe_.epoch.set(static_cast<double>((*quiet)->epoch));
    probe_.version.set(static_cast<double>((*quiet)->version));
    return Published{.state = **quiet, .changes = {}, .quiet = true};
  }
  auto outcome = database_.transaction<Published>([&]() -> Result<Published> {
    Published published;
    auto state = directory_state(database_);
    if (!state) return Failure(state.error());
    published.state = *state;
    auto notes = directory_notes(database_, options_.changes_per_transaction_max);
    if (!notes) return Failure(notes.error());
    if (notes->empty()) return published;
    published.full = static_cast<std::int64_t>(notes->size()) == options_.changes_per_transaction_max;
    published.oldest_us = notes->front().noted_us;
    const auto noted = noted_entities(*notes);
    auto present = present_state(database_, noted);
    if (!present) return Failure(present.error());
    for (const auto& entity : noted) {
      const auto version = published.state.version + 1;
      if (entity.kind == "secrets") {
        auto secrets = directory_secrets(database_);
        if (!secrets) return Failure(secrets.error());
        (*present)[entity.kind][entity.entity_id] = encode_secrets(*secrets, version);
      }
      const auto& kind = (*present)[entity.kind];
      const auto bytes = kind.find(entity.entity_id);
      if (bytes == kind.end()) continue;  // the row is gone; only the clean-up of tests deletes rows
      published.changes.push_back({version, encode_change(version, bytes->second, entity.noted_us)});
      published.state.version = version;
    }
    if (auto logged = append_directory_log(database_, state->epoch, published.changes); !logged) {
      return Failure(logged.error());
    }
    auto moved = set_directory_state(database_, *state, published.state);
    if (!moved) return Failure(moved.error());
    if (!*moved) return conflict("another publisher is active");
    std::vector<std::int64_t> ids;
    for (const auto& note : *notes) ids.push_back(note.id);
    if (auto deleted = delete_directory_notes(database_, ids); !deleted) return Failure(deleted.error());
    return published;
  });
  if (!outcome) return outcome;
  probe_.epoch.set(static_cast<double>(outcome->state.epoch));
  probe_.version.set(static_cast<double>(outcome->state.version));
  probe_.changes.add(outcome->changes.size());
  return outcome;
}

Result<void> Publisher::update_redis(const Published& published) {
  const auto now_us = clock_.steady_us();
  if (now_us < redis_blocked_until_us_) return {};
  const auto redis_work = [&]() -> Result<void> {
    if (redis_complete_ && !published.changes.empty()) {
      auto pushed = directory_.push(published.state.epoch, published.changes, clock_.wall_us());
      if (!pushed) return pushed;
      const auto delay_us = clock_.wall_us() - published.oldest_us;
      probe_.delay_seconds.observe(std::max(0.0, static_cast<double>(delay_us) / 1e6));
    }
    if (redis_complete_ && compared_us_ != 0 && now_us - compared_us_ < kCompareIntervalUs) return mark(now_us);
    return compare(published);
  };
  auto done = redis_work();
  note_redis(done);
  return done || done.error().source == ErrorSource::redis ? Result<void>() : done;
}

void Publisher::note_redis(const Result<void>& done) {
  if (done) {
    redis_backoff_.reset();
    return;
  }
  redis_complete_ = false;
  if (done.error().source != ErrorSource::redis) return;
  probe_.redis_failures.add();
  log_warn_limited("publish.redis.failed", {{"reason", done.error().message}});
  redis_blocked_until_us_ = clock_.steady_us() + redis_backoff_.next_us();
}

// Nothing is unpublished at this moment, and Redis takes writes: edges go by that.
Result<void> Publisher::mark(std::int64_t now_us) {
  if (now_us - marked_us_ < kMarkIntervalUs) return {};
  if (auto marked = directory_.mark_checked(clock_.wall_us()); !marked) return marked;
  marked_us_ = now_us;
  return {};
}

// Once a day, also while Redis is away: what is deleted then must not wait for it.
Result<void> Publisher::rotate_salts() {
  const auto today = wire::utc_day(clock_.wall_us());
  if (today == salts_day_) return {};
  auto salts = rotate_visitor_salts(database_, today);
  if (!salts) return Failure(salts.error());
  salts_ = encode_salts(*salts);
  salts_first_day_ = salts->front().day;
  salts_day_ = today;
  salts_written_ = false;
  log_info("publish.salts.rotated", {{"day", today}, {"salts", salts->size()}});
  return {};
}

// Once a day, and when Redis has lost them: each writing stays in an append-only file until Redis rewrites that.
Result<void> Publisher::write_salts() {
  if (salts_written_) {
    auto has = directory_.has_salts(salts_);
    if (!has) return Failure(has.error());
    if (*has) return {};
  }
  const auto gone_us = (salts_first_day_ + wire::kSaltDaysBefore + 1) * kDayUs;
  const auto seconds = (gone_us - clock_.wall_us()) / 1'000'000;
  if (auto written = directory_.write_salts(salts_, std::max<std::int64_t>(seconds, 1)); !written) return written;
  salts_written_ = true;
  return {};
}

Result<void> Publisher::compare(const Published& published) {
  const DirectoryState& state = published.state;
  auto waiting = published.quiet ? Result<std::int64_t>(0) : directory_notes_waiting(database_);
  if (!waiting) return Failure(waiting.error());
  probe_.waiting.set(static_cast<double>(*waiting));
  auto found = directory_.read();
  if (!found) return Failure(found.error());
  snapshot_version_ = found->snapshot_version;
  const auto repair = plan_repair(state, *found);
  Result<void> repaired;
  if (repair.kind == Repair::Kind::push) repaired = push_from(state, repair.from);
  if (repair.kind == Repair::Kind::republish) repaired = republish(state, repair.epoch);
  if (!repaired) return repaired;
  if (repair.kind != Repair::Kind::republish && state.version > snapshot_version_ + options_.snapshot_after_changes) {
    auto chunks = write_snapshot(state);
    if (!chunks) return Failure(chunks.error());
    if (auto on = directory_.switch_snapshot(state, *chunks, false, clock_.wall_us()); !on) return on;
    if (auto gone = directory_.remove_old(state, options_.snapshot_after_changes); !gone) return gone;
  }
  if (auto written = write_salts(); !written) return written;
  if (auto marked = directory_.mark_checked(clock_.wall_us()); !marked) return marked;
  compared_us_ = marked_us_ = clock_.steady_us();
  redis_complete_ = true;
  return {};
}

Result<void> Publisher::push_from(const DirectoryState& state, std::uint64_t after) {
  while (after < state.version) {
    auto changes = directory_log_after(database_, state.epoch, after, kChangesPerPush);
    if (!changes) return Failure(changes.error());
    if (changes->empty()) return republish(state, state.epoch + 1);  // the log does not reach back that far
    if (auto pushed = directory_.push(state.epoch, *changes, clock_.wall_us()); !pushed) return pushed;
    after = changes->back().version;
  }
  return directory_.set_version(after, clock_.wall_us());
}

Result<void> Publisher::republish(const DirectoryState& state, std::uint64_t epoch) {
  const DirectoryState raised{epoch, state.version};
  log_warn("publish.republish", {{"epoch", epoch}, {"version", state.version}});
  auto moved = set_directory_state(database_, state, raised);
  if (!moved) return Failure(moved.error());
  if (!*moved) return conflict("another publisher is active");
  auto chunks = write_snapshot(raised);
  if (!chunks) return Failure(chunks.error());
  if (auto on = directory_.switch_snapshot(raised, *chunks, true, clock_.wall_us()); !on) return on;
  probe_.republished.add();
  probe_.epoch.set(static_cast<double>(epoch));
  return directory_.remove_old(raised, options_.snapshot_after_changes);
}

Result<std::uint64_t> Publisher::write_snapshot(const DirectoryState& state) {
  WalkCursor cursor;
  std::uint64_t chunks = 0;
  while (!cursor.at_end()) {
    auto entities = walk_entities(database_, cursor, state.version, kChunkBytes);
    if (!entities) return Failure(entities.error());
    std::string chunk;
    for (const auto& entity : *entities) append_to_chunk(chunk, entity);
    if (chunk.empty()) continue;
    if (auto written = directory_.write_chunk(state.epoch, state.version, chunks, chunk); !written) {
      return Failure(written.error());
    }
    ++chunks;
  }
  snapshot_version_ = state.version;
  probe_.snapshots.add();
  return chunks;
}

void Publisher::fail(const Error& error) {
  probe_.postgres_failures.add();
  log_warn_limited("publish.failed", {{"reason", error.message}});
  database_.disconnect();
  locked_ = false;
  redis_complete_ = false;
  salts_day_ = -1;  // another database may answer next
  probe_.leading.set(0);
  blocked_until_us_ = clock_.steady_us() + postgres_backoff_.next_us();
}

}  // namespace footfall::core
