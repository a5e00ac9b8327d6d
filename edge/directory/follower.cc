// Each round of run() follows Redis if that is possible: it reads the head every 200 ms, and the changes after our
// position as they come. When Redis is away, knows less than we do or lacks something, the round asks core instead. A
// gap in the changes or a new epoch leads to a full load (full_load.h), which is built beside what is served and then
// takes its place. Our position moves only with a change that was applied or a full load that was complete, so an error
// costs time and nothing else.
#include "edge/directory/follower.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "edge/directory/follower_probe.h"
#include "edge/directory/full_load.h"
#include "edge/directory/saver.h"
#include "edge/directory/snapshot.h"
#include "edge/directory/source.h"
#include "proto/base/lifecycle.h"
#include "proto/base/logging.h"

namespace footfall::edge {
namespace {

// After a few changes the next look waits this long, so that a thousand changes a second cost 200 wake-ups, not 1,000.
constexpr std::int64_t kGatherUs = 5'000;
constexpr std::int64_t kReloadBackoffUs = 5'000'000;
constexpr std::int64_t kSaltsIntervalUs = 10'000'000;
constexpr std::int64_t kSaltsRetryUs = 1'000'000;

const char* reason_of(bool loaded, ChangeAction action) {
  if (!loaded) return "first";
  return action == ChangeAction::new_epoch ? "epoch" : "gap";
}

}  // namespace

struct DirectoryFollower::Implementation {
  Implementation(FollowerOptions options_in, DirectoryStore& store_in, redis::Redis& redis_in, const Clock& clock_in,
                 Metrics& metrics)
      : options(std::move(options_in)),
        store(store_in),
        clock(clock_in),
        redis(redis_in),
        http_origin(make_http_origin(options.core_host, options.core_port)),
        core(options.origin != nullptr ? *options.origin : *http_origin),
        probe(metrics, clock_in),
        freshness(clock_in.steady_us()),
        saver({.path = options.snapshot_path,
               .interval_us = options.snapshot_interval_s * 1'000'000,
               .bytes_per_s_max = options.snapshot_bytes_per_s_max,
               .last_save_us = options.shutdown_save_ms * 1'000},
              store_in, probe, clock_in) {}

  // A source's own backoff, for full loads that keep failing.
  struct Retry {
    Backoff backoff{kReloadBackoffUs};
    std::int64_t not_before_us = 0;
  };

  bool follow_redis(const std::stop_token& stop);
  bool check_head(bool& behind, const std::stop_token& stop);
  void ask_core(const std::stop_token& stop);
  bool reload(DirectorySource& source, Retry& retry, const char* reason, const std::stop_token& stop);
  void apply(const DirectoryChangeView& change);
  void stop_following_redis(std::string_view why);
  void serve(DirectoryPosition at, std::unique_ptr<DirectoryContent> content);
  void publish_position();
  void take_salts(DirectorySource& source);
  void keep_salts();
  SnapshotStamp stamp() const;

  const FollowerOptions options;
  DirectoryStore& store;
  const Clock& clock;
  RedisSource redis;
  std::unique_ptr<DirectoryOrigin> http_origin;
  CoreSource core;
  FollowerProbe probe;
  Freshness freshness;
  PublisherWatch publisher_watch;
  SnapshotSaver saver;

  std::optional<DirectoryPosition> ours;  // of what is served
  bool redis_usable = false;
  bool redis_judged = false;  // the log has said whether it is usable
  std::int64_t redis_not_before_us = 0;
  std::optional<std::int64_t> head_read_us;
  std::int64_t salts_not_before_us = 0;
  Retry redis_retry;
  Retry core_retry;
};

void DirectoryFollower::Implementation::publish_position() {
  freshness.applied_up_to(*ours);
  probe.position(*ours);
  probe.known(freshness.known_us());
  probe.sizes(store);
}

void DirectoryFollower::Implementation::serve(DirectoryPosition at, std::unique_ptr<DirectoryContent> content) {
  saver.cancel();
  store.replace(std::move(content));
  ours = at;
  publish_position();
}

void DirectoryFollower::Implementation::apply(const DirectoryChangeView& change) {
  if (change.entity == nullptr || store.apply(*change.entity) == Applied::refused) {
    probe.entities_refused.add();
    log_warn_limited("directory.entity.refused", {{"version", change.version}});
  }
  probe.changes_applied.add();
  if (change.committed_us != 0) {
    probe.apply_delay.observe(static_cast<double>(std::max<std::int64_t>(0, clock.wall_us() - change.committed_us)) /
                              1e6);
  }
}

void DirectoryFollower::Implementation::stop_following_redis(std::string_view why) {
  if (redis_usable || !redis_judged) log_warn("directory.redis.unusable", {{"why", why}});
  redis_usable = false;
  redis_judged = true;
  probe.redis_usable(false);
}

bool DirectoryFollower::Implementation::reload(DirectorySource& source, Retry& retry, const char* reason,
                                               const std::stop_token& stop) {
  const std::int64_t began_us = clock.steady_us();
  if (began_us < retry.not_before_us) return false;
  log_info("directory.reload.began", {{"reason", reason}, {"source", source.name()}});
  probe.reload(reason);
  auto load = load_whole(
      source, ours,
      [this](const DirectoryChangeView& change) {
        apply(change);
        store.reclaim();
      },
      clock, stop);
  if (!load) {
    probe.reload_failures.add();
    retry.not_before_us = clock.steady_us() + retry.backoff.next_us();
    log_warn("directory.reload.failed", {{"source", source.name()}, {"why", load.error().message}});
    return false;
  }
  // A source that brings us nowhere new would otherwise be loaded from again at once, for the same reason.
  if (ours && *ours == load->position) {
    retry.not_before_us = clock.steady_us() + retry.backoff.next_us();
  } else {
    retry.backoff.reset();
  }
  if (load->refused != 0) {
    probe.entities_refused.add(load->refused);
    log_error("directory.entities.refused", {{"count", load->refused}});
  }
  freshness.source_reported(source.promised(), {}, began_us);
  take_salts(source);  // before the first click is taken
  serve(load->position, std::move(load->content));
  log_info("directory.reload.done", {{"epoch", ours->epoch}, {"version", ours->version}, {"links", store.links()}});
  return true;
}

// Reads the head when it is time to. False: Redis cannot be used now.
bool DirectoryFollower::Implementation::check_head(bool& behind, const std::stop_token& stop) {
  const std::int64_t now_us = clock.steady_us();
  if (redis_usable && head_read_us && now_us - *head_read_us < options.block_ms * 1'000) return true;
  const auto head = redis.read_head();
  if (!head) {
    redis_not_before_us = clock.steady_us() + options.redis_retry_ms * 1'000;
    stop_following_redis(head.error().message);
    return false;
  }
  head_read_us = now_us;
  switch (classify_head(ours, *head)) {
    case HeadAction::distrust:
      stop_following_redis("it knows less than this edge");
      return false;
    case HeadAction::reload:
      if (!reload(redis, redis_retry, reason_of(ours.has_value(), ChangeAction::new_epoch), stop)) {
        stop_following_redis("its snapshot cannot be loaded");
        return false;
      }
      break;
    case HeadAction::behind:
      behind = true;
      [[fallthrough]];
    case HeadAction::current:
      freshness.source_reported((*head)->position, (*head)->checked, now_us);
      publisher_watch.on_head((*head)->checked, now_us);
  }
  if (!redis_usable) log_info("directory.redis.usable", {{"epoch", ours->epoch}, {"version", ours->version}});
  redis_usable = redis_judged = true;
  probe.redis_usable(true);
  return true;
}

bool DirectoryFollower::Implementation::follow_redis(const std::stop_token& stop) {
  if (clock.steady_us() < redis_not_before_us) return false;
  bool behind = false;
  if (!check_head(behind, stop)) return false;
  const std::int64_t wait_ms = behind ? 0 : options.block_ms;
  const auto read = redis.read_changes(*ours, wait_ms, [this](const DirectoryChangeView& change) {
    apply(change);
    ours->version = change.version;
    return true;
  });
  if (!read) {
    redis_not_before_us = clock.steady_us() + options.redis_retry_ms * 1'000;
    stop_following_redis(read.error().message);
    return false;
  }
  publish_position();
  // The publisher appends a change before it moves the head: a head beyond us with nothing to read is a gap, too.
  const bool hidden_gap = behind && read->given == 0;
  if (read->action == ChangeAction::new_epoch) {
    head_read_us.reset();  // the head says where its snapshot is
    const std::uint64_t before = ours->epoch;
    if (!check_head(behind, stop)) return false;
    if (ours->epoch != before) return true;
    stop_following_redis("its head does not know the epoch of its changes");
    return false;
  }
  if (read->action == ChangeAction::gap || hidden_gap) {
    if (reload(redis, redis_retry, reason_of(true, ChangeAction::gap), stop)) return true;
    stop_following_redis("its changes leave a gap");
    return false;
  }
  if (read->given != 0 && read->given < kChangesPerRead / 2) sleep_or_stop(stop, kGatherUs);
  return true;
}

void DirectoryFollower::Implementation::ask_core(const std::stop_token& stop) {
  if (!ours) {
    reload(core, core_retry, reason_of(false, ChangeAction::gap), stop);
    return;
  }
  for (bool more = true; more && !stop.stop_requested();) {
    const std::int64_t asked_us = clock.steady_us();
    probe.polls.add();
    const auto read = core.read_changes(*ours, 0, [this](const DirectoryChangeView& change) {
      apply(change);
      ours->version = change.version;
      return true;
    });
    if (!read) return;
    if (read->newest) freshness.source_reported(*read->newest, {}, asked_us);
    publish_position();
    store.reclaim();
    if (read->action != ChangeAction::apply) {
      reload(core, core_retry, reason_of(true, read->action), stop);
      return;
    }
    more = read->newest && *ours < *read->newest;
  }
}

// The source's count. For days of which it has none, as a Redis that has just been emptied, ours stay.
void DirectoryFollower::Implementation::take_salts(DirectorySource& source) {
  const auto read = source.read_salts();
  const VisitorSalts known = store.salts();
  const VisitorSalts salts = read ? read->usable_at(clock.wall_us()).or_else(known) : known;
  if (salts != known) store.set_salts(salts);
  const bool is_complete = salts.find(wire::utc_day(clock.wall_us()) + wire::kSaltDaysAhead) != nullptr;
  salts_not_before_us = clock.steady_us() + (is_complete ? kSaltsIntervalUs : kSaltsRetryUs);
}

// Whatever sources there are, salts that may not be used any more go.
void DirectoryFollower::Implementation::keep_salts() {
  const VisitorSalts salts = store.salts();
  if (const VisitorSalts usable = salts.usable_at(clock.wall_us()); usable != salts) store.set_salts(usable);
  if (clock.steady_us() < salts_not_before_us) return;
  const bool redis_is_written = redis_usable && !publisher_watch.is_silent(clock.steady_us());
  take_salts(redis_is_written ? static_cast<DirectorySource&>(redis) : core);
}

SnapshotStamp DirectoryFollower::Implementation::stamp() const {
  return {*ours, clock.wall_us() - (clock.steady_us() - freshness.known_us())};
}

DirectoryFollower::DirectoryFollower(FollowerOptions options, DirectoryStore& store, redis::Redis& redis,
                                     const Clock& clock, Metrics& metrics)
    : implementation_(std::make_unique<Implementation>(std::move(options), store, redis, clock, metrics)) {}

DirectoryFollower::~DirectoryFollower() = default;

bool DirectoryFollower::load_snapshot() {
  Implementation& self = *implementation_;
  if (self.options.snapshot_path.empty()) return false;
  Result<LoadedSnapshot> loaded = edge::load_snapshot(self.options.snapshot_path);
  if (!loaded) {
    if (loaded.error().kind == ErrorKind::not_found) return false;
    self.probe.snapshot_load_failures.add();
    log_error("directory.snapshot.refused", {{"why", loaded.error().message}});
    return false;
  }
  const std::int64_t now_us = self.clock.steady_us();
  const std::int64_t age_us = std::max<std::int64_t>(0, self.clock.wall_us() - loaded->stamp.as_of_us);
  self.freshness = Freshness(now_us - age_us);
  self.store.set_salts(loaded->salts.usable_at(self.clock.wall_us()));
  self.serve(loaded->stamp.position, std::move(loaded->content));
  self.saver.set_saved(loaded->stamp.position, loaded->salts);
  log_info("directory.snapshot.loaded",
           {{"epoch", self.ours->epoch}, {"version", self.ours->version}, {"links", self.store.links()}});
  return true;
}

void DirectoryFollower::run(const std::stop_token& stop) {
  Implementation& self = *implementation_;
  while (!stop.stop_requested()) {
    if (!self.follow_redis(stop)) {
      self.ask_core(stop);
      sleep_or_stop(stop, self.options.poll_ms * 1'000);
    } else if (self.publisher_watch.is_silent(self.clock.steady_us())) {
      self.ask_core(stop);  // Redis may refuse writes: what it holds is followed, and core is asked for the rest
    }
    self.keep_salts();
    self.store.reclaim();
    if (self.ours) self.saver.save_if_due(self.stamp());
  }
  if (self.ours) self.saver.save_at_shutdown(self.stamp());
}

std::uint64_t DirectoryFollower::epoch() const { return implementation_->probe.state->epoch.load(); }
std::uint64_t DirectoryFollower::version() const { return implementation_->probe.state->version.load(); }
double DirectoryFollower::staleness_s() const { return implementation_->probe.staleness_s(); }

}  // namespace footfall::edge
