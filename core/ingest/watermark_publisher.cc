// Every 200 ms, or every 400 ms while no head moves, run_once() reads all heartbeats and compares them with the last
// ones: an incarnation that is new is written to the streams table at once, the others once a second. Once a second it
// also reads the positions back, publishes them as watermarks and looks for clocks that are wrong. Any failure of
// PostgreSQL closes the connection, and with it the lock, so that another process can take over.
#include "core/ingest/watermark_publisher.h"

#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>

#include "core/ingest/lost_commits.h"
#include "core/ingest/watermarks.h"
#include "proto/base/logging.h"
#include "proto/wire/heartbeat.h"
#include "proto/wire/streams.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kReadIntervalUs = 200'000;
constexpr std::int64_t kStillReadIntervalUs = 400'000;
// A heartbeat is abandoned when its edge has not rewritten it for so long and its stream is finished or retired.
constexpr std::int64_t kAbandonedAfterUs = 60'000'000;

}  // namespace

WatermarkPublisher::WatermarkPublisher(const WatermarkPublisherOptions& options, const Clock& clock, IngestProbe& probe)
    : options_(options),
      clock_(clock),
      probe_(probe),
      database_(options.postgres_url, "footfall-core watermarks"),
      redis_(redis::make_client(options.redis)) {}

void WatermarkPublisher::run(std::stop_token stop) {
  std::minstd_rand random{std::random_device{}()};
  while (!stop.stop_requested()) {
    run_once();
    // An edge and the copies of its log may write the same field in turn, in step with us; so the pace varies.
    const auto longest_us = heads_moved_ ? kReadIntervalUs : kStillReadIntervalUs;
    const auto pause_us = longest_us - std::uniform_int_distribution<std::int64_t>(0, longest_us / 2)(random);
    sleep_or_stop(stop, std::max(pause_us, blocked_until_us_ - clock_.steady_us()));
  }
}

bool WatermarkPublisher::run_once() {
  if (clock_.steady_us() < blocked_until_us_) return false;
  if (!locked_) {
    auto locked = try_lock_role(database_, Role::watermarks);
    if (!locked) return fail(locked.error());
    if (!*locked) return false;
    locked_ = true;
  }
  auto news = read_heartbeats();
  if (!news) return fail(news.error());
  const bool due = published_us_ == 0 || clock_.steady_us() - published_us_ >= wire::kWatermarkIntervalUs;
  if (*news || due) {
    if (auto written = write_streams(); !written) return fail(written.error());
  }
  // Owners search for streams once a second only; one that is new is taken within a moment, for who converts at once.
  if (*news && !announce_tick(*redis_)) probe_.redis_failures.add();
  if (due) {
    if (auto published = publish(); !published) return fail(published.error());
    check_clocks();
    published_us_ = clock_.steady_us();
  }
  backoff_.reset();
  return true;
}

Result<bool> WatermarkPublisher::read_heartbeats() {
  auto fields = redis::read_hash(*redis_, wire::kIncarnationsKey);
  if (!fields) return Failure(fields.error());
  std::map<wire::Incarnation, Heartbeat> now;
  bool news = false;
  heads_moved_ = false;
  for (const auto& [name, bytes] : *fields) {
    const auto beat = wire::decode_heartbeat(bytes);
    if (!beat || beat->incarnation.hex() != name) {
      log_warn_limited("ingest.heartbeat.unreadable", {{"incarnation", name}});
      continue;
    }
    auto& entry = now[beat->incarnation];
    const auto before = heartbeats_.find(beat->incarnation);
    if (before == heartbeats_.end()) {
      news = true;
      entry.is_new = true;
      entry.renewed_us = clock_.steady_us();
    } else {
      entry = before->second;
    }
    heads_moved_ = heads_moved_ || entry.is_new || entry.report.head != beat->head;
    entry.report = {beat->incarnation, beat->edge, beat->edge_number, beat->head, beat->ended};
    // An edge that is gone leaves its heartbeat in Redis. Only a changed time shows that the edge still writes it.
    if (before != heartbeats_.end() && beat->now_us != before->second.edge_time_us) {
      entry.renewed = true;
      entry.renewed_us = clock_.steady_us();
      entry.skew_us = beat->now_us - clock_.wall_us();
    }
    entry.edge_time_us = beat->now_us;
  }
  heartbeats_ = std::move(now);
  return news;
}

Result<void> WatermarkPublisher::write_streams() {
  std::vector<StreamHeard> seen, heard;
  for (auto& [incarnation, entry] : heartbeats_) {
    if (entry.renewed) {
      heard.push_back(entry.report);
    } else if (entry.is_new) {
      seen.push_back(entry.report);
    }
  }
  if (auto noted = note_seen(database_, seen); !noted) return noted;
  if (auto noted = note_heard(database_, heard); !noted) return noted;
  for (auto& [incarnation, entry] : heartbeats_) entry.is_new = entry.renewed = false;
  return {};
}

Result<void> WatermarkPublisher::publish() {
  std::vector<wire::Incarnation> reported;
  for (const auto& [incarnation, entry] : heartbeats_) reported.push_back(incarnation);
  auto now = read_streams(*redis_, database_, reported);
  if (!now) return Failure(now.error());
  if (now->went_back) probe_.epochs_raised.add();
  const auto& rows = now->streams;
  if (auto published = publish_watermarks(*redis_, rows, now->database); !published) return published;
  if (auto removed = remove_watermarks_but(*redis_, reported); !removed) return removed;

  std::uint64_t on_the_way = 0;
  std::size_t open = 0;
  for (const auto& row : rows) {
    on_the_way += row.head > row.position ? row.head - row.position : 0;
    open += row.finished() ? 0 : 1;
  }
  probe_.clicks_on_the_way.set(static_cast<double>(on_the_way));
  probe_.streams_open.set(static_cast<double>(open));
  if (auto ended = end_superseded(database_); !ended) return Failure(ended.error());
  return remove_abandoned_heartbeats(rows);
}

void WatermarkPublisher::check_clocks() {
  std::set<std::string> edges;
  for (const auto& [incarnation, entry] : heartbeats_) {
    const bool fresh = clock_.steady_us() - entry.renewed_us < 2 * wire::kWatermarkIntervalUs;
    if (!fresh || std::abs(entry.skew_us) <= options_.clock_skew_max_us) continue;
    if (edges.insert(entry.report.edge).second) {
      log_warn_limited("ingest.clock.skewed",
                       {{"edge", entry.report.edge}, {"seconds", static_cast<double>(entry.skew_us) / 1e6}});
    }
  }
  probe_.skewed_clocks.set(static_cast<double>(edges.size()));
}

Result<void> WatermarkPublisher::remove_abandoned_heartbeats(const std::vector<StreamRow>& rows) {
  for (const auto& row : rows) {
    const auto entry = heartbeats_.find(row.incarnation);
    if (entry == heartbeats_.end() || !(row.finished() || row.retired)) continue;
    if (clock_.steady_us() - entry->second.renewed_us < kAbandonedAfterUs) continue;
    auto removed = redis_->command({"HDEL", wire::kIncarnationsKey, row.incarnation.hex()});
    if (!removed) return Failure(removed.error());
    log_info("ingest.heartbeat.removed", {{"edge", row.edge}, {"incarnation", row.incarnation.hex()}});
  }
  return {};
}

bool WatermarkPublisher::fail(const Error& error) {
  log_warn_limited("ingest.watermarks.failed", {{"reason", error.message}});
  if (error.source == ErrorSource::redis) {
    probe_.redis_failures.add();
  } else {
    probe_.postgres_failures.add();
    database_.disconnect();
    locked_ = false;
  }
  blocked_until_us_ = clock_.steady_us() + backoff_.next_us();
  return false;
}

}  // namespace footfall::core
