// The thread sleeps until a request comes, gives all that came together one tick, and then looks every poll_ms at what
// the edges said last (Redis) and at what is stored (PostgreSQL), until judge_wait() has an outcome for each request or
// its deadline has passed. At stop everything that still waits is timed out.
#include "core/api/click_waiter.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/storage/settings.h"
#include "core/storage/streams.h"
#include "proto/wire/heartbeat.h"
#include "proto/wire/streams.h"

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

// Every incarnation that the database knows of, with what its edge said last. An incarnation that Redis forgot is still
// waited for: its clicks are in its edge's log.
bool ClickWaiter::read_incarnations(Database& database, redis::Redis& redis,
                                    std::vector<IncarnationView>& incarnations) {
  incarnations.clear();
  auto heartbeats = redis::read_hash(redis, wire::kIncarnationsKey);
  auto streams = all_streams(database);
  if (!heartbeats || !streams) return false;
  std::map<wire::Incarnation, IncarnationView> views;
  for (const StreamRow& row : *streams) {
    IncarnationView& view = views[row.incarnation];
    view.incarnation = row.incarnation;
    view.edge_number = row.edge_number;
    view.head = row.head;
    view.position = row.position;
    view.ended = row.ended;
    view.excused = row.retired;
  }
  for (const auto& [field, value] : *heartbeats) {
    const auto heartbeat = wire::decode_heartbeat(value);
    if (!heartbeat) continue;
    IncarnationView& view = views[heartbeat->incarnation];
    view.incarnation = heartbeat->incarnation;
    view.edge_number = heartbeat->edge_number;
    view.head = heartbeat->head;
    view.tick = heartbeat->tick;
    view.ended = heartbeat->ended;
  }
  for (const auto& [incarnation, view] : views) incarnations.push_back(view);
  return true;
}

void ClickWaiter::run(const std::stop_token& stop) {
  Database database(options_.postgres_url, "footfall-core click waiter");
  const std::unique_ptr<redis::Redis> redis = redis::make_client(options_.redis);
  std::vector<PendingWait> under_way;
  std::vector<IncarnationView> incarnations;

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
    const bool seen = read_incarnations(database, *redis, incarnations);
    const std::int64_t now_us = clock_.steady_us();
    std::vector<std::pair<PendingWait, ClickWait>> ended;
    std::erase_if(under_way, [&](PendingWait& waiting) {
      ClickWait outcome = seen ? judge_wait(waiting.progress, incarnations) : ClickWait::not_asked;
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
