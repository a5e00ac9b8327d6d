#include "edge/directory/follower_probe.h"

#include "edge/directory/store.h"

namespace footfall::edge {
namespace {

double staleness_of(const FollowerProbe::State& state, const Clock& clock) {
  const std::int64_t age_us = clock.steady_us() - state.known_us.load(std::memory_order_relaxed);
  return age_us > 0 ? static_cast<double>(age_us) / 1e6 : 0.0;
}

constexpr const char* kReloadsHelp = "Full loads of the directory that were begun, by what made them necessary.";

}  // namespace

FollowerProbe::FollowerProbe(Metrics& metrics, const Clock& clock)
    : state(std::make_shared<State>()),
      changes_applied(metrics.counter("footfall_directory_changes_applied_total",
                                      "Changes of the directory that were applied one by one.")),
      entities_refused(metrics.counter("footfall_directory_entities_refused_total",
                                       "Links, campaigns and keys whose new state this edge could not take.")),
      reload_failures(metrics.counter("footfall_directory_reload_failures_total",
                                      "Full loads that failed; what was served before went on being served.")),
      polls(metrics.counter("footfall_directory_core_polls_total",
                            "Questions to core for changes, while Redis was away or not to be trusted.")),
      snapshots_saved(
          metrics.counter("footfall_directory_snapshots_saved_total", "Snapshots of the directory written to disk.")),
      snapshot_save_failures(metrics.counter("footfall_directory_snapshot_save_failures_total",
                                             "Snapshots that could not be written to disk.")),
      snapshot_load_failures(metrics.counter("footfall_directory_snapshot_load_failures_total",
                                             "Snapshots on disk that were damaged or unreadable, and refused.")),
      apply_delay(metrics.histogram("footfall_directory_apply_delay_seconds",
                                    "From a change's commit in PostgreSQL until this edge applied it.",
                                    {0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60})),
      metrics_(metrics),
      clock_(clock) {
  state->known_us.store(clock.steady_us());
  metrics.gauge_function("footfall_directory_staleness_seconds",
                         "Time since this edge last knew its directory to be up to date.",
                         [state = state, &clock] { return staleness_of(*state, clock); });
  const auto gauge = [&](const char* name, const char* help, auto field) {
    metrics.gauge_function(name, help, [state = state, field] {
      return static_cast<double>(((*state).*field).load(std::memory_order_relaxed));
    });
  };
  gauge("footfall_directory_epoch", "Epoch of the directory being served.", &State::epoch);
  gauge("footfall_directory_version", "Version of the directory being served.", &State::version);
  gauge("footfall_directory_links", "Links in the directory.", &State::links);
  gauge("footfall_directory_bytes", "Memory that the directory takes.", &State::bytes);
  gauge("footfall_directory_redis_usable", "1 while the directory follows Redis, 0 while it asks core.",
        &State::redis_usable);
  for (const char* reason : {"first", "gap", "epoch"}) {
    metrics.counter("footfall_directory_reloads_total", kReloadsHelp, {{"reason", reason}});
  }
}

void FollowerProbe::sizes(const DirectoryStore& store) {
  state->links.store(store.links(), std::memory_order_relaxed);
  state->bytes.store(store.bytes(), std::memory_order_relaxed);
}

void FollowerProbe::position(DirectoryPosition position) {
  state->epoch.store(position.epoch, std::memory_order_relaxed);
  state->version.store(position.version, std::memory_order_relaxed);
}

void FollowerProbe::reload(const std::string& reason) {
  metrics_.counter("footfall_directory_reloads_total", kReloadsHelp, {{"reason", reason}}).add();
}

double FollowerProbe::staleness_s() const { return staleness_of(*state, clock_); }

}  // namespace footfall::edge
