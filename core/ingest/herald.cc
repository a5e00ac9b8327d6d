#include "core/ingest/herald.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "core/ingest/watermarks.h"
#include "proto/base/logging.h"
#include "proto/schema/click.pb.h"
#include "proto/wire/streams.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kListenIntervalUs = 200'000;
constexpr std::int64_t kGoneAfterUs = 60'000'000;  // a heartbeat of what is stored or retired, not renewed for so long

}  // namespace

Herald::Herald(const HeraldOptions& options, const Clock& clock, IngestProbe& probe)
    : options_(options),
      clock_(clock),
      probe_(probe),
      database_(options.postgres_url, "footfall-core herald"),
      redis_(redis::make_client(options.redis)) {}

void Herald::run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    pass();
    sleep_or_stop(stop, std::max(kListenIntervalUs, blocked_until_us_ - clock_.steady_us()));
  }
}

bool Herald::pass() {
  if (clock_.steady_us() < blocked_until_us_) return false;
  if (!locked_) {
    auto locked = try_lock_role(database_, Role::herald);
    if (!locked) return fail(locked.error());
    if (!*locked) return false;
    locked_ = true;
  }
  auto news = listen();
  if (!news) return fail(news.error());
  const bool due = published_us_ == 0 || clock_.steady_us() - published_us_ >= wire::kWatermarkIntervalUs;
  if (*news || due) {
    if (auto noted = note(); !noted) return fail(noted.error());
  }
  if (due) {
    if (auto published = publish(); !published) return fail(published.error());
    check_clocks();
    published_us_ = clock_.steady_us();
  }
  backoff_.reset();
  return true;
}

Result<bool> Herald::listen() {
  auto fields = redis::hash_all(*redis_, wire::kIncarnationsKey);
  if (!fields) return Failure(fields.error());
  std::map<wire::Incarnation, Heard> now;
  bool news = false;
  for (const auto& [name, bytes] : *fields) {
    schema::Heartbeat beat;
    const auto incarnation = wire::Incarnation::from_hex(name);
    if (!incarnation || !beat.ParseFromString(bytes) || beat.edge().empty() ||
        beat.edge().size() > wire::kEdgeNameLengthMax) {
      log_warn_limited("ingest.heartbeat.unreadable", {{"incarnation", name}});
      continue;
    }
    auto& entry = now[*incarnation];
    const auto before = heard_.find(*incarnation);
    if (before == heard_.end()) {
      news = true;
      entry.is_new = true;
      entry.renewed_us = clock_.steady_us();
    } else {
      entry = before->second;
    }
    entry.heard = {*incarnation, beat.edge(), beat.edge_number(), beat.head(), beat.ended()};
    // A field that stays as it is was left by an edge that is gone: only a new time renews it.
    if (before != heard_.end() && beat.now_us() != before->second.said_us) {
      entry.renewed = true;
      entry.renewed_us = clock_.steady_us();
      entry.skew_us = static_cast<std::int64_t>(beat.now_us()) - clock_.wall_us();
    }
    entry.said_us = beat.now_us();
  }
  heard_ = std::move(now);
  return news;
}

Result<void> Herald::note() {
  std::vector<StreamHeard> seen, heard;
  for (auto& [incarnation, entry] : heard_) {
    if (entry.renewed) {
      heard.push_back(entry.heard);
    } else if (entry.is_new) {
      seen.push_back(entry.heard);
    }
  }
  if (auto noted = note_seen(database_, seen); !noted) return noted;
  if (auto noted = note_heard(database_, heard); !noted) return noted;
  for (auto& [incarnation, entry] : heard_) entry.is_new = entry.renewed = false;
  return {};
}

Result<void> Herald::publish() {
  std::vector<wire::Incarnation> reported;
  for (const auto& [incarnation, entry] : heard_) reported.push_back(incarnation);
  auto identity = database_identity(database_);
  if (!identity) return Failure(identity.error());
  auto rows = streams_of(database_, reported);
  if (!rows) return Failure(rows.error());
  if (auto published = publish_watermarks(*redis_, *rows, *identity); !published) return published;
  if (auto removed = remove_watermarks_but(*redis_, reported); !removed) return removed;

  std::uint64_t on_the_way = 0;
  std::size_t open = 0;
  for (const auto& row : *rows) {
    on_the_way += row.head > row.position ? row.head - row.position : 0;
    open += row.finished() ? 0 : 1;
  }
  probe_.clicks_on_the_way.set(static_cast<double>(on_the_way));
  probe_.streams_open.set(static_cast<double>(open));
  if (auto ended = end_superseded(database_); !ended) return Failure(ended.error());
  return forget_the_gone(*rows);
}

void Herald::check_clocks() {
  std::set<std::string> edges;
  for (const auto& [incarnation, entry] : heard_) {
    const bool fresh = clock_.steady_us() - entry.renewed_us < 2 * wire::kWatermarkIntervalUs;
    if (!fresh || std::abs(entry.skew_us) <= options_.clock_skew_max_us) continue;
    if (edges.insert(entry.heard.edge).second) {
      log_warn_limited("ingest.clock.skewed",
                       {{"edge", entry.heard.edge}, {"seconds", static_cast<double>(entry.skew_us) / 1e6}});
    }
  }
  probe_.skewed_clocks.set(static_cast<double>(edges.size()));
}

Result<void> Herald::forget_the_gone(const std::vector<StreamRow>& rows) {
  for (const auto& row : rows) {
    const auto entry = heard_.find(row.incarnation);
    if (entry == heard_.end() || !(row.finished() || row.retired)) continue;
    if (clock_.steady_us() - entry->second.renewed_us < kGoneAfterUs) continue;
    auto removed = redis_->command({"HDEL", wire::kIncarnationsKey, row.incarnation.hex()});
    if (!removed) return Failure(removed.error());
    log_info("ingest.heartbeat.forgotten", {{"edge", row.edge}, {"incarnation", row.incarnation.hex()}});
  }
  return {};
}

bool Herald::fail(const Error& error) {
  log_warn_limited("ingest.herald.failed", {{"reason", error.message}});
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
