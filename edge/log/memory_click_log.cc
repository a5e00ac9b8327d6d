// Each batch becomes one record in memory, numbered by the shipper's thread when it takes it over. acknowledged()
// releases the answers of what Redis has; stored() drops what PostgreSQL has. What an earlier life left in Redis is
// kept beside, as adopted incarnations that can be shipped again.
#include "edge/log/memory_click_log.h"

#include <algorithm>

#include "proto/base/logging.h"

namespace footfall::edge {

MemoryClickLog::MemoryClickLog(const LogOptions& options, const Clock& clock, Metrics& metrics, Decided decided)
    : options_(options),
      clock_(clock),
      decided_(std::move(decided)),
      probe_(metrics),
      gauges_(metrics),
      id_(wire::Incarnation::random()),
      started_us_(clock.wall_us()) {
  for (unsigned worker = 0; worker < options.workers; ++worker) {
    workers_.push_back(std::make_unique<Handover>(options.handover_batches));
  }
  gauges_.bytes_max.set(static_cast<double>(options.memory_bytes_max));
}

MemoryClickLog::~MemoryClickLog() {
  close();
  take_submitted();
  for (Record& record : records_) decide(record.tickets, false);
}

void MemoryClickLog::submit(unsigned worker, OpenBatch&& batch) { hand_over(worker, std::move(batch)); }

void MemoryClickLog::hand_over(unsigned worker, OpenBatch&& batch) {
  FOOTFALL_CHECK(worker < workers_.size() && batch.clicks.size() <= kBatchBytesMax);
  workers_[worker]->submit(batch);
  shipper_waker_.wake();
}

OpenBatch MemoryClickLog::take_empty(unsigned worker) { return workers_[worker]->take_empty(); }

void MemoryClickLog::close() {
  closed_.store(true);
  accepting_.store(false, std::memory_order_relaxed);
  shipper_waker_.wake();
}

bool MemoryClickLog::anything_submitted() {
  return std::any_of(workers_.begin(), workers_.end(),
                     [](const auto& worker) { return worker->submitted() != worker->decided; });
}

// `decided` of a hand-over counts here what was taken in; the answer itself comes with acknowledged().
void MemoryClickLog::take_submitted() {
  for (unsigned worker = 0; worker < workers_.size(); ++worker) {
    Handover& from = *workers_[worker];
    const std::uint64_t submitted = from.submitted();
    OpenBatch* batch = from.front();
    while (from.decided < submitted) {
      const std::uint64_t ticket = ++from.decided;
      if (batch == nullptr || batch->ticket != ticket) {
        decide({{worker, ticket}}, false);  // refused: the ring was full
        continue;
      }
      const bool fits = works_ && held_bytes_ + batch->clicks.size() <= options_.memory_bytes_max;
      if (batch->count == 0 || !fits) {
        decide({{worker, ticket}}, batch->count == 0);
      } else {
        Record record;
        record.run.first = next_number_;
        record.run.last = next_number_ + batch->count - 1;
        record.run.clicks = batch->clicks;
        record.run.written_us = clock_.wall_us();
        record.taken_us = clock_.steady_us();
        record.tickets.emplace_back(worker, ticket);
        next_number_ += batch->count;
        held_bytes_ += bytes_of(record.run);
        records_.push_back(std::move(record));
      }
      from.pop_front();
      batch = from.front();
    }
  }
  give_up_late();
  update_accepting();
}

void MemoryClickLog::give_up_late() {
  const std::int64_t late_us = clock_.steady_us() - options_.redis_ack_ms * 1000;
  for (Record& record : records_) {
    if (record.taken_us > late_us) break;
    if (record.tickets.empty()) continue;
    decide(record.tickets, false);
    record.tickets.clear();
    if (record.sent) continue;
    held_bytes_ -= record.run.clicks.size();
    std::string().swap(record.run.clicks);
    record.run.reason = wire::VoidReason::never_acknowledged;
    probe_.voided(record.run.reason).add(record.run.last - record.run.first + 1);
  }
}

void MemoryClickLog::decide(const std::vector<std::pair<unsigned, std::uint64_t>>& tickets, bool safe) {
  for (const auto& [worker, ticket] : tickets) {
    (safe ? probe_.batches : probe_.refused_batches).add();
    decided_(worker, ticket, safe);
  }
}

void MemoryClickLog::update_accepting() {
  const bool has_room = held_bytes_ + workers_.size() * kBatchBytesMax <= options_.memory_bytes_max;
  const bool accepts_now = works_ && has_room && !closed_.load();
  if (accepting_.exchange(accepts_now, std::memory_order_relaxed) != accepts_now) {
    log_info(accepts_now ? "log.accepts" : "log.refuses", {{"held_bytes", held_bytes_}});
  }
  gauges_.accepts.set(accepts_now ? 1 : 0);
  gauges_.full.set(has_room ? 0 : 1);
  gauges_.bytes.set(static_cast<double>(held_bytes_));
}

std::vector<LogIncarnation> MemoryClickLog::incarnations() {
  take_submitted();
  std::vector<LogIncarnation> result;
  for (const auto& [id, adopted] : adopted_) {
    LogIncarnation incarnation;
    incarnation.id = id;
    incarnation.ended = true;
    incarnation.first = adopted.runs.empty() ? adopted.head + 1 : adopted.runs.front().first;
    incarnation.head = incarnation.shippable = adopted.head;
    result.push_back(incarnation);
  }
  LogIncarnation own;
  own.id = id_;
  own.started_us = started_us_;
  own.ended = closed_.load() && !anything_submitted();
  own.first = records_.empty() ? next_number_ : records_.front().run.first;
  own.head = head();
  own.shippable = next_number_ - 1;
  result.push_back(own);
  return result;
}

Result<void> MemoryClickLog::read(const wire::Incarnation& incarnation, std::uint64_t from, std::uint64_t clicks_max,
                                  std::uint64_t bytes_max, LogRun& run) {
  run = LogRun{};
  // Joins `next` if it follows, is of the same kind and within the limits.
  const auto join = [&](const LogRun& next) {
    if (next.last < from) return true;
    if (run.last == 0) {
      run = next;
      return true;
    }
    const bool joins = next.first == run.last + 1 && next.reason == run.reason &&
                       next.last - run.first + 1 <= clicks_max && run.clicks.size() + next.clicks.size() <= bytes_max;
    if (joins) {
      run.clicks += next.clicks;
      run.last = next.last;
    }
    return joins;
  };
  std::uint64_t first_held = 0;
  if (incarnation == id_) {
    if (from >= next_number_) return invalid("nothing to read there");
    first_held = records_.empty() ? next_number_ : records_.front().run.first;
    for (Record& record : records_) {
      if (!join(record.run)) break;
      record.sent |= record.run.last >= from;
    }
  } else {
    const auto adopted = adopted_.find(incarnation);
    if (adopted == adopted_.end()) return not_found("no such incarnation in the log");
    if (from > adopted->second.head) return invalid("nothing to read there");
    const auto& runs = adopted->second.runs;
    first_held = runs.empty() ? adopted->second.head + 1 : runs.front().first;
    for (const LogRun& next : runs) {
      if (!join(next)) break;
    }
  }
  if (from < first_held) {  // stored once, and then the database was restored to before that
    run = LogRun{};
    run.first = from;
    run.last = first_held - 1;
    run.reason = wire::VoidReason::forgotten;
    probe_.voided(run.reason).add(run.last - run.first + 1);
    log_error("log.forgotten", {{"incarnation", incarnation.hex()}, {"first", run.first}, {"last", run.last}});
  }
  return {};
}

void MemoryClickLog::stored(const wire::Incarnation& incarnation, std::uint64_t position) {
  if (incarnation == id_) {
    while (!records_.empty() && records_.front().run.last <= position) {
      release(records_.front());
      held_bytes_ -= bytes_of(records_.front().run);
      records_.pop_front();
    }
    if (position > head() && position < next_number_) head_.store(position, std::memory_order_release);
  } else if (const auto adopted = adopted_.find(incarnation); adopted != adopted_.end()) {
    auto& runs = adopted->second.runs;
    while (!runs.empty() && runs.front().last <= position) {
      held_bytes_ -= bytes_of(runs.front());
      runs.pop_front();
    }
  }
  update_accepting();
}

void MemoryClickLog::finished(const wire::Incarnation& incarnation) {
  stored(incarnation, ~std::uint64_t{0});
  adopted_.erase(incarnation);
}

void MemoryClickLog::release(Record& record) {
  if (record.tickets.empty()) return;
  probe_.clicks.add(record.run.last - record.run.first + 1);
  decide(record.tickets, true);
  record.tickets.clear();
}

void MemoryClickLog::acknowledged(std::uint64_t number) {
  for (Record& record : records_) {
    if (record.run.last > number) break;
    release(record);
  }
  if (number > head()) head_.store(number, std::memory_order_release);
}

void MemoryClickLog::set_shipping_up(bool works) {
  works_ = works;
  update_accepting();
}

void MemoryClickLog::adopt(const wire::Incarnation& incarnation, std::uint64_t position, std::uint64_t head,
                           std::vector<LogRun> runs) {
  if (incarnation == id_ || adopted_.contains(incarnation)) return;
  Adopted& adopted = adopted_[incarnation];
  const auto add = [&](LogRun run) {
    held_bytes_ += bytes_of(run);
    if (run.reason == wire::VoidReason::forgotten) {
      probe_.voided(run.reason).add(run.last - run.first + 1);
      log_error("log.forgotten", {{"incarnation", incarnation.hex()}, {"first", run.first}, {"last", run.last}});
    }
    adopted.runs.push_back(std::move(run));
  };
  const auto forget = [&](std::uint64_t first, std::uint64_t last) {
    if (first <= last) add({first, last, wire::VoidReason::forgotten, {}, 0});
  };
  std::uint64_t next = position + 1;
  for (LogRun& run : runs) {
    if (run.last < next) continue;
    forget(next, run.first - 1);
    next = run.last + 1;
    add(std::move(run));
  }
  forget(next, head);
  adopted.head = std::max(head, next - 1);
  update_accepting();
}

void MemoryClickLog::wait_beyond(std::uint64_t number, std::int64_t us) {
  const auto ready = [this] { return anything_submitted() || interrupted_.exchange(false); };
  if (number >= next_number_ - 1) shipper_waker_.wait(us, ready);
  take_submitted();
}

void MemoryClickLog::interrupt() {
  interrupted_.store(true);
  shipper_waker_.wake();
}

}  // namespace footfall::edge
