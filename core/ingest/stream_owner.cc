// run_once() first searches the streams table for streams to take and for finished ones to release (once a second, and
// every 200 ms while one is about to be taken or after a tick, which also tells of new streams), then goes through its
// own. Of each it stores up to eight runs in a row: while one is being stored, the read thread reads the next. After a
// commit the watermark is published and the stored entries are trimmed. Then there is a pause, in which entries gather
// (CommitPace), and after it Redis says when an entry comes, so that an idle system neither polls nor waits.
#include "core/ingest/stream_owner.h"

#include <algorithm>
#include <utility>

#include "core/ingest/failpoint.h"
#include "core/ingest/lost_commits.h"
#include "core/ingest/watermarks.h"
#include "proto/base/logging.h"
#include "proto/wire/streams.h"

namespace footfall::core {
namespace {

constexpr std::int64_t kSearchIntervalUs = 1'000'000;
constexpr std::int64_t kSearchSoonUs = 200'000;
// Before it takes a stream that seems free, an owner waits this long for each stream that it has, so that owners with
// fewer streams come first. There is no other balancing.
constexpr std::int64_t kTakeDelayUs = 250'000;
constexpr std::int64_t kTakeDelayMaxUs = 1'000'000;
constexpr std::int64_t kHurryUs =
    200'000;                       // after a tick: edges ship within milliseconds, or with their next heartbeat
constexpr int kRunsPerStream = 8;  // before it goes on to the next stream

Failure not_owner(std::int64_t stream_id) {
  return Failure(Error{ErrorKind::conflict, ErrorSource::us, false,
                       "stream " + std::to_string(stream_id) + " was moved by another owner", kNotOwner});
}

}  // namespace

StreamOwner::StreamOwner(const StreamOwnerOptions& options, const ClickRules& rules, const Clock& clock,
                         IngestProbe& probe)
    : options_(options),
      rules_(rules),
      clock_(clock),
      probe_(probe),
      database_(options.postgres_url, "footfall-core ingest"),
      redis_(redis::make_client(options.redis)),
      read_redis_(redis::make_client(options.redis)),
      run_builder_(rules),
      pace_(options.poll_us),
      read_thread_("ingest-read") {}

StreamOwner::~StreamOwner() { probe_.streams_owned.add(-static_cast<double>(streams_.size())); }

void StreamOwner::run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    if (!run_once() || !holds_more_) wait_for_entries(stop);
  }
}

// Soon while a stream is about to be taken, and after a tick: a conversion waits, or an edge has been heard for the
// first time.
std::int64_t StreamOwner::next_search_us() const {
  const bool soon = take_waits_ || hurry_until_us_ > searched_us_;
  return searched_us_ + (soon ? kSearchSoonUs : kSearchIntervalUs);
}

// Waits for an entry in one of its streams, or until streams must be searched again. Small entries that come one after
// another are gathered: after a commit there is a pause. It is left out while a conversion waits for its click, which a
// tick says (PROTOCOL.md 12).
void StreamOwner::wait_for_entries(const std::stop_token& stop) {
  const auto now_us = clock_.steady_us();
  const bool found_no_use = std::exchange(was_woken_, false);  // an entry woke us that cannot be stored yet
  if (now_us < blocked_until_us_ || found_no_use) {
    sleep_or_stop(stop, std::max(options_.poll_us, blocked_until_us_ - now_us));
    return;
  }
  std::vector<redis::StreamCursor> cursors{{std::string(wire::kTicksKey), "$"}};
  const auto pause_us = now_us < hurry_until_us_ ? 0 : stored_us_ + pace_.pause_us() - now_us;
  if (pause_us <= 0) {
    for (const auto& [id, stream] : streams_) {
      for (auto& cursor : stream.reader.cursors()) cursors.push_back(std::move(cursor));
    }
  }
  const auto search_us = next_search_us() - now_us;
  const auto wait_us = pause_us > 0 ? std::min(pause_us, search_us) : search_us;
  auto found = redis::wait_for_entries(*redis_, cursors, std::max<std::int64_t>(wait_us, 1'000) / 1'000);
  if (!found) {
    probe_.redis_failures.add();
    sleep_or_stop(stop, options_.poll_us);
    return;
  }
  for (const auto& entry : *found) {
    if (entry.key == wire::kTicksKey) {
      hurry_until_us_ = clock_.steady_us() + kHurryUs;
    } else {
      was_woken_ = true;
    }
  }
}

bool StreamOwner::run_once() {
  if (clock_.steady_us() < blocked_until_us_) return false;
  if (!recorder_) {
    if (auto connected = connect(); !connected) {
      fail(connected.error());
      return false;
    }
  }
  if (clock_.steady_us() >= next_search_us() || searched_us_ == 0) {
    if (auto found = find_streams(); !found) {
      fail(found.error());
      return false;
    }
    searched_us_ = clock_.steady_us();
  }
  bool any = false;
  holds_more_ = false;
  std::vector<std::int64_t> ids;
  for (const auto& [id, stream] : streams_) ids.push_back(id);
  for (const auto id : ids) {
    auto drained = store_available(streams_.at(id));
    if (!drained && drained.error().code == kNotOwner) {
      probe_.lost_ownership.add();
      release(id);
      continue;
    }
    if (!drained) {
      fail(drained.error());
      return false;
    }
    any = any || *drained;
  }
  if (any) {
    stored_us_ = clock_.steady_us();
    was_woken_ = false;
  } else {
    options_.lag->set(0);
  }
  backoff_.reset();
  return any;
}

Result<void> StreamOwner::connect() {
  if (auto prepared = prepare_click_session(database_); !prepared) return prepared;
  auto identity = database_identity(database_);
  if (!identity) return Failure(identity.error());
  identity_ = *identity;
  recorder_.emplace(database_, probe_, rules_.digest());
  searched_us_ = 0;
  return {};
}

Result<void> StreamOwner::find_streams() {
  auto identity = database_identity(database_);
  if (!identity) return Failure(identity.error());
  identity_ = *identity;
  auto rows = open_streams(database_);
  if (!rows) return Failure(rows.error());
  const auto now_us = clock_.steady_us();
  std::map<std::int64_t, std::int64_t> free;
  std::vector<std::int64_t> open;
  take_waits_ = false;
  for (const auto& row : *rows) {
    open.push_back(row.id);
    if (const auto mine = streams_.find(row.id); mine != streams_.end()) {
      if (mine->second.row.position != row.position) return not_owner(row.id);
      mine->second.row = row;
      mine->second.reader.add_edges(row);
      continue;
    }
    const auto since = free_since_us_.contains(row.id) ? free_since_us_[row.id] : now_us;
    free[row.id] = since;
    const auto delay_us = std::min(kTakeDelayMaxUs, kTakeDelayUs * static_cast<std::int64_t>(streams_.size()));
    if (now_us - since < delay_us) {
      take_waits_ = true;
      continue;
    }
    auto acquired = acquire(row);
    if (!acquired) return Failure(acquired.error());
    if (*acquired) free.erase(row.id);
  }
  free_since_us_ = std::move(free);
  for (auto stream = streams_.begin(); stream != streams_.end();) {
    const auto current = stream++;
    if (std::binary_search(open.begin(), open.end(), current->first)) continue;
    if (auto finished = delete_redis_streams(current->second); !finished) {
      probe_.redis_failures.add();
      continue;  // tried again when streams are searched next
    }
    release(current->first);
  }
  return {};
}

Result<bool> StreamOwner::acquire(const StreamRow& seen) {
  auto locked = try_lock_stream(database_, seen.id);
  if (!locked || !*locked) return locked;
  // The row was read before the lock was taken; the last owner may have moved the position since.
  auto now = read_streams(*redis_, database_, {seen.incarnation});
  if (!now) return Failure(now.error());
  if (now->streams.empty()) return false;
  if (now->went_back) probe_.epochs_raised.add();
  identity_ = now->database;
  Owned owned{now->streams.front(), StreamReader(seen.incarnation, options_.limits, probe_)};
  owned.reader.add_edges(owned.row);
  log_info("ingest.stream.owned",
           {{"incarnation", seen.incarnation.hex()}, {"edge", owned.row.edge}, {"position", owned.row.position}});
  streams_.emplace(seen.id, std::move(owned));
  probe_.streams_owned.add(1);
  return true;
}

// Of a stream that is ended and stored: no entry can hold a number above the position.
Result<void> StreamOwner::delete_redis_streams(const Owned& stream) {
  for (const auto& key : stream.reader.keys()) {
    auto gone = redis_->command({"DEL", key});
    if (!gone) return Failure(gone.error());
  }
  log_info("ingest.stream.finished", {{"incarnation", stream.row.incarnation.hex()}, {"edge", stream.row.edge}});
  return {};
}

void StreamOwner::start_reading(Owned& stream, std::uint64_t position, std::optional<Result<Reading>>& into) {
  const auto days = click_days(clock_.wall_us(), options_.retention_days);
  const auto now_us = clock_.steady_us();
  const auto head = stream.row.retired ? position : stream.row.head;  // a retired edge is not asked to ship again
  read_thread_.start([this, &stream, &into, days, now_us, position, head] {
    into = stream.reader.read(*read_redis_, run_builder_, position, head, days, now_us);
  });
}

Result<bool> StreamOwner::store_available(Owned& stream) {
  bool any = false;
  std::optional<Result<Reading>> ahead;
  start_reading(stream, stream.row.position, ahead);
  for (int runs = 0; runs < kRunsPerStream; ++runs) {
    read_thread_.wait();
    if (!*ahead) {
      probe_.redis_failures.add();
      log_warn_limited("ingest.redis.failed", {{"reason", ahead->error().message}});
      return any;
    }
    Reading reading = std::move(**ahead);
    ahead.reset();
    const bool goes_on = reading.more && !reading.ask_resend && runs + 1 < kRunsPerStream;
    if (goes_on) start_reading(stream, reading.run.to, ahead);  // the next run begins where this one ends
    auto stored = store(stream, reading);
    if (!stored) {
      read_thread_.wait();
      return stored;
    }
    any = any || *stored;
    if (!goes_on) {
      holds_more_ = holds_more_ || reading.more;
      break;
    }
  }
  return any;
}

Result<bool> StreamOwner::store(Owned& stream, Reading& reading) {
  bool publish = false;
  if (!reading.run.empty()) {
    FOOTFALL_CHECK(reading.run.from == stream.row.position);
    auto recorded = recorder_->record(stream.row.id, reading.run);
    if (!recorded) return Failure(recorded.error());
    pace_.on_commit(recorded->commit_us);
    stream.row.position = recorded->position;
    stream.row.head = std::max(stream.row.head, stream.row.position);
    publish = true;
    if (reading.run.oldest_received_us != 0) {
      const auto age = static_cast<double>(clock_.wall_us() - reading.run.oldest_received_us) / 1e6;
      probe_.age_seconds.observe(std::max(0.0, age));
      options_.lag->set(std::max(0.0, age));
    }
  }
  if (reading.ask_resend) {
    auto nonce = request_resend(database_, stream.row.id, stream.row.position);
    if (!nonce) return Failure(nonce.error());
    if (*nonce == 0) return not_owner(stream.row.id);
    stream.row.resend_nonce = *nonce;
    probe_.resends.add();
    publish = true;
    log_info("ingest.resend", {{"incarnation", stream.row.incarnation.hex()}, {"position", stream.row.position}});
  }
  if (publish) {
    if (auto published = publish_watermarks(*redis_, {stream.row}, identity_); !published) probe_.redis_failures.add();
    pass_failpoint(kAfterPublish);
  }
  // Entries are deleted by number, up to the committed position; never by the length of the stream (PROTOCOL.md 6).
  for (const auto& trim : reading.trims) {
    auto trimmed = redis_->command({"XTRIM", trim.key, "MINID", trim.below.text()});
    if (!trimmed) probe_.redis_failures.add();
  }
  if (!reading.trims.empty()) pass_failpoint(kAfterTrim);
  return !reading.run.empty() || reading.more;
}

void StreamOwner::release(std::int64_t stream_id) {
  if (auto unlocked = unlock_stream(database_, stream_id); !unlocked) probe_.postgres_failures.add();
  if (streams_.erase(stream_id) != 0) probe_.streams_owned.add(-1);
}

void StreamOwner::fail(const Error& error) {
  if (error.source == ErrorSource::postgres) probe_.postgres_failures.add();
  if (error.code == kNotOwner) probe_.lost_ownership.add();
  log_warn_limited("ingest.failed", {{"reason", error.message}, {"code", error.code}});
  probe_.streams_owned.add(-static_cast<double>(streams_.size()));
  streams_.clear();
  free_since_us_.clear();
  recorder_.reset();
  database_.disconnect();  // this releases its locks
  blocked_until_us_ = clock_.steady_us() + backoff_.next_us();
}

}  // namespace footfall::core
