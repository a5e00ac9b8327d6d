// The thread sleeps until a request comes, gives all that came together one tick, and then looks every poll_ms at what
// edges and ingest said last (Redis), until judge_wait() has an outcome by what is stored (PostgreSQL) for each request
// or its deadline has passed. At stop everything that still waits is timed out.
#include "core/api/click_waiter.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/storage/settings.h"
#include "core/storage/streams.h"
#include "proto/wire/heartbeat.h"
#include "proto/wire/streams.h"
#include "proto/wire/watermark.h"

namespace footfall::core {

namespace {

// Raises the tick and tells those who wait for that, so that edges need not be asked all the time. A tick that nobody
// could be told of is seen in the next heartbeat. Without Redis: a number that no edge ever echoes.
std::uint64_t raise_tick(redis::Redis& redis) {
  const redis::Arguments commands[] = {{"INCR", wire::kTickKey},
                                       {wire::kAnnounceTick.begin(), wire::kAnnounceTick.end()}};
  const auto replies = redis.pipeline(commands);
  if (!replies || replies->size() != 2 || (*replies)[0].kind != redis::Reply::Kind::integer) return UINT64_MAX;
  return static_cast<std::uint64_t>((*replies)[0].integer);
}

using Views = std::map<wire::Incarnation, IncarnationView>;

// What edges say of themselves, and up to where ingest says that it has stored them: it says so after each commit, but
// the word can be lost, and the database may have been restored since.
Result<Views> read_said(redis::Redis& redis) {
  auto hashes = redis::read_hashes(redis, {wire::kIncarnationsKey, wire::kStoredKey});
  if (!hashes) return Failure(hashes.error());
  Views views;
  for (const auto& [field, value] : (*hashes)[0]) {
    const auto heartbeat = wire::decode_heartbeat(value);
    if (!heartbeat) continue;
    IncarnationView& view = views[heartbeat->incarnation];
    view.incarnation = heartbeat->incarnation;
    view.edge_number = heartbeat->edge_number;
    view.head = heartbeat->head;
    view.tick = heartbeat->tick;
    view.ended = heartbeat->ended;
  }
  for (const auto& [field, value] : (*hashes)[1]) {
    const auto watermark = wire::decode_watermark(value);
    const auto view = watermark ? views.find(watermark->incarnation) : views.end();
    if (view == views.end()) continue;
    view->second.position = watermark->position;
    view->second.excused = watermark->retired;
  }
  return views;
}

// Adds every incarnation that the database knows of. One that Redis forgot is still waited for: its clicks are in its
// edge's log.
Result<void> read_stored(Database& database, Views& views) {
  auto streams = all_streams(database);
  if (!streams) return Failure(streams.error());
  for (auto& [incarnation, view] : views) {
    view.position = 0;
    view.excused = false;
  }
  for (const StreamRow& row : *streams) {
    const auto [found, added] = views.try_emplace(row.incarnation);
    IncarnationView& view = found->second;
    if (added) {
      view.incarnation = row.incarnation;
      view.edge_number = row.edge_number;
      view.head = row.head;
      view.ended = row.ended;
    }
    view.position = row.position;
    view.excused = row.retired;
  }
  return {};
}

std::vector<IncarnationView> as_list(const Views& views) {
  std::vector<IncarnationView> list;
  for (const auto& [incarnation, view] : views) list.push_back(view);
  return list;
}

}  // namespace

ClickWait judge_wait(WaitProgress& progress, std::span<const IncarnationView> incarnations) {
  bool known = !progress.edge_number.has_value();
  bool waiting = false;
  bool unheard = false;
  for (const IncarnationView& view : incarnations) {
    if (progress.edge_number && view.edge_number != *progress.edge_number) continue;
    known = true;
    if (view.ended && view.position >= view.head) continue;  // nothing more can come from it
    auto head = progress.heads.find(view.incarnation);
    if (head == progress.heads.end() && view.tick >= progress.tick) {
      head = progress.heads.emplace(view.incarnation, view.head).first;
    }
    if (head != progress.heads.end() && view.position >= head->second) continue;
    if (view.excused) {
      unheard = true;
    } else {
      waiting = true;
    }
  }
  // An id with a valid tag names an edge; one that was never heard of may be about to say its first word.
  if (!known || waiting) return ClickWait::not_asked;
  return unheard ? ClickWait::unheard : ClickWait::settled;
}

ClickWaiter::ClickWaiter(ClickWaiterOptions options, const Clock& clock, Metrics& metrics)
    : options_(std::move(options)),
      clock_(clock),
      settled_(metrics.counter("footfall_conversion_waits_total",
                               "Waits of a conversion or an audit for its click, by outcome",
                               {{"outcome", "settled"}})),
      unheard_(metrics.counter("footfall_conversion_waits_total",
                               "Waits of a conversion or an audit for its click, by outcome",
                               {{"outcome", "unheard"}})),
      timed_out_(metrics.counter("footfall_conversion_waits_total",
                                 "Waits of a conversion or an audit for its click, by outcome",
                                 {{"outcome", "timed_out"}})),
      seconds_(metrics.histogram("footfall_conversion_wait_seconds",
                                 "How long conversions and audits waited for their click",
                                 {0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2})),
      thread_("click-waiter", [this](const std::stop_token& stop) { run(stop); }) {}

ClickWaiter::~ClickWaiter() { stop(); }

void ClickWaiter::stop() {
  {
    const MutexLock lock(mutex_);
    if (std::exchange(stopped_, true)) return;
  }
  thread_.request_stop();
  wake_up_.notify_all();
  thread_.join();
}

void ClickWaiter::wait_for(const wire::ClickId& click, Done done) {
  {
    const MutexLock lock(mutex_);
    if (!stopped_ && waiting_count_ < kWaitingMax) {
      ++waiting_count_;
      new_waits_.push_back({{}, clock_.steady_us() + options_.bound_ms * 1000, click, std::move(done)});
      done = nullptr;
    }
  }
  if (done) {
    timed_out_.add();
    done(ClickWait::timed_out);
    return;
  }
  wake_up_.notify_one();
}

std::vector<ClickWait> ClickWaiter::judge(Database& database, redis::Redis& redis, std::span<PendingWait> waits) {
  auto views = read_said(redis);
  if (!views) return {};
  std::vector<IncarnationView> incarnations = as_list(*views);
  const bool any_over = std::ranges::any_of(
      waits, [&](PendingWait& waiting) { return judge_wait(waiting.progress, incarnations) != ClickWait::not_asked; });
  const std::int64_t now_us = clock_.steady_us();
  const std::int64_t pause_us = !any_over ? kStoredLookUs : last_look_settled_ ? 0 : kDisagreementUs;
  if (now_us - stored_look_us_ < pause_us) return {};
  stored_look_us_ = now_us;
  last_look_settled_ = false;
  if (!read_stored(database, *views)) return {};
  incarnations = as_list(*views);
  std::vector<ClickWait> outcomes;
  for (PendingWait& waiting : waits) outcomes.push_back(judge_wait(waiting.progress, incarnations));
  last_look_settled_ = std::ranges::any_of(outcomes, [](ClickWait one) { return one != ClickWait::not_asked; });
  return outcomes;
}

void ClickWaiter::run(const std::stop_token& stop) {
  Database database(options_.postgres_url, "footfall-core click waiter");
  const std::unique_ptr<redis::Redis> redis = redis::make_client(options_.redis);
  std::vector<PendingWait> under_way;

  while (true) {
    std::vector<PendingWait> arrived;
    {
      MutexLock lock(mutex_);
      if (under_way.empty())
        wake_up_.wait(lock, stop, [this] {
          mutex_.assert_held();
          return !new_waits_.empty();
        });
      arrived = std::exchange(new_waits_, {});
    }
    // Nothing comes after stop(), so what arrived before it is in one of the two.
    if (stop.stop_requested() && arrived.empty() && under_way.empty()) return;
    if (!tag_key_known_) {
      if (auto secrets = read_secrets(database)) {
        tag_key_ = secrets->tag_key;
        tag_key_known_ = true;
      }
    }
    if (!arrived.empty()) {
      // One tick for all that came together: every head sampled after it was sampled after they arrived.
      const std::uint64_t number = raise_tick(*redis);
      for (PendingWait& waiting : arrived) {
        waiting.progress.tick = number;
        if (tag_key_known_ && wire::has_valid_tag(waiting.click, tag_key_)) {
          waiting.progress.edge_number = waiting.click.edge_number();
        }
        under_way.push_back(std::move(waiting));
      }
    }
    const std::vector<ClickWait> judged = judge(database, *redis, under_way);
    const std::int64_t now_us = clock_.steady_us();
    std::vector<std::pair<PendingWait, ClickWait>> ended;
    std::size_t place = 0;
    std::erase_if(under_way, [&](PendingWait& waiting) {
      ClickWait outcome = judged.empty() ? ClickWait::not_asked : judged[place++];
      if (outcome == ClickWait::not_asked && (now_us >= waiting.deadline_us || stop.stop_requested())) {
        outcome = ClickWait::timed_out;
      }
      if (outcome == ClickWait::not_asked) return false;
      ended.emplace_back(std::move(waiting), outcome);
      return true;
    });
    if (!ended.empty()) {
      const MutexLock lock(mutex_);
      waiting_count_ -= ended.size();
    }
    for (auto& [waiting, outcome] : ended) {
      Counter& counter = outcome == ClickWait::settled   ? settled_
                         : outcome == ClickWait::unheard ? unheard_
                                                         : timed_out_;
      counter.add();
      seconds_.observe(static_cast<double>(now_us - (waiting.deadline_us - options_.bound_ms * 1000)) / 1e6);
      waiting.done(outcome);
    }
    if (!under_way.empty()) clock_.sleep_us(options_.poll_ms * 1000);
  }
}

}  // namespace footfall::core
