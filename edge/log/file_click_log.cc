// The life of a batch: submit() puts it into its worker's hand-over; whoever writes takes it from there with all others
// (join_batches), writes the record (commit_record) and decides the tickets. After each round of the log thread
// update_readiness() opens a new segment when one is needed, and says whether clicks may come.
#include "edge/log/file_click_log.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "edge/log/recovery.h"
#include "proto/base/logging.h"

namespace footfall::edge {
namespace {

constexpr std::size_t kRecentBytes = 8 << 20;
constexpr std::int64_t kRetryUs = 200'000;          // after a failure; resumes within a second of the cure
constexpr std::int64_t kWrittenSyncUs = 1'000'000;  // ack = written
constexpr std::int64_t kIdleUs = 5'000'000;
constexpr std::int64_t kSegmentsIdleUs = 1'000'000;
constexpr unsigned kWorkersMax = 64;
// What a log directory answers when it is not usable by us at all. Anything else may pass: it is waited for.
constexpr std::array<std::string_view, 6> kWrongDirectory = {"EACCES",       "EPERM", "ENOTDIR",
                                                             "ENAMETOOLONG", "ELOOP", "EEXIST"};
constexpr int kQuickWrites = 16;  // in a row, before a worker writes itself

SegmentLimits limits_of(const LogOptions& options) {
  return {.segment_bytes = options.segment_bytes,
          .total_bytes_max = options.total_bytes_max,
          .min_age_us = options.min_age_s * 1'000'000,
          .max_age_us = options.max_age_s * 1'000'000};
}

bool may_pass(const Error& error) {
  return error.kind == ErrorKind::unavailable &&
         std::ranges::none_of(kWrongDirectory, [&](std::string_view code) { return code == error.code; });
}

}  // namespace

Result<std::unique_ptr<FileClickLog>> FileClickLog::open(const LogOptions& options, std::unique_ptr<Disk> disk,
                                                         const Clock& clock, Metrics& metrics, Decided decided) {
  if (options.workers == 0 || options.workers > kWorkersMax || options.handover_batches < 2) {
    return invalid("log: 1 to 64 workers, each with a hand-over of at least two batches");
  }
  if (options.segment_bytes < kSegmentBytesMin || options.segment_bytes % kBlockBytes != 0) {
    return invalid("log: segment bytes must be a multiple of 4096 and at least 2 MiB");
  }
  if (options.total_bytes_max < 2 * options.segment_bytes) {
    return invalid("log: the total must hold at least two segments");
  }
  std::unique_ptr<FileClickLog> log(new FileClickLog(options, std::move(disk), clock, metrics, std::move(decided)));
  if (auto opened = log->open_directory(); !opened) {
    if (!may_pass(opened.error())) return std::unexpected(std::move(opened.error()));
    log_error("log.directory.unusable", {{"directory", options.directory}, {"error", opened.error().message}});
  }
  log->start();
  return log;
}

Result<void> FileClickLog::open_directory() {
  if (auto locked = disk_->lock(); !locked) return locked;
  if (auto recovered = recover_segments(*disk_, table_, options_.segment_bytes); !recovered) return recovered;
  directory_open_ = true;
  return {};
}

FileClickLog::FileClickLog(const LogOptions& options, std::unique_ptr<Disk> disk, const Clock& clock, Metrics& metrics,
                           Decided decided)
    : options_(options),
      disk_(std::move(disk)),
      clock_(clock),
      decided_(std::move(decided)),
      probe_(metrics),
      gauges_(metrics),
      table_(limits_of(options), wire::Incarnation::random(), clock.wall_us()),
      recent_(kRecentBytes),
      writer_(*disk_, table_, recent_, progress_, clock_, probe_, table_.incarnations().back().id,
              table_.incarnations().back().started_us, options.segment_bytes, options.ack == Ack::synced),
      reader_(*disk_, table_, recent_, progress_, clock_, probe_) {
  for (unsigned worker = 0; worker < options.workers; ++worker) {
    workers_.push_back(std::make_unique<Handover>(options.handover_batches));
  }
  gauges_.bytes_max.set(static_cast<double>(options.total_bytes_max));
}

FileClickLog::~FileClickLog() {
  close();
  {
    const MutexLock lock(segments_mutex_);
    segments_stop_ = true;
    segment_thread_wakeup_.notify_one();
  }
  segment_thread_.join();
}

void FileClickLog::start() {
  // The first segment is made here if that is possible, so that the first click finds the log open.
  std::int64_t retry_at_us = 0;
  while (directory_open_ && !table_.has_spare() && make_segment(retry_at_us)) {
  }
  {
    const MutexLock lock(write_mutex_);
    update_readiness();
  }
  report_segments();
  log_info("log.opened", {{"directory", options_.directory},
                          {"incarnation", table_.incarnations().back().id.hex()},
                          {"accepts", accepts()}});
  segment_thread_ = Worker("ff-segments", [this](const std::stop_token&) { run_segments(); });
  log_thread_ = Worker("ff-log", [this](const std::stop_token&) { run_log(); });
}

void FileClickLog::hand_over(unsigned worker, OpenBatch&& batch) {
  FOOTFALL_CHECK(worker < workers_.size() && batch.clicks.size() <= kBatchBytesMax);
  workers_[worker]->submit(batch);
  log_thread_waker_.wake();
}

void FileClickLog::submit(unsigned worker, OpenBatch&& batch) {
  FOOTFALL_CHECK(worker < workers_.size() && batch.clicks.size() <= kBatchBytesMax);
  workers_[worker]->submit(batch);
  if (!write_on_worker()) log_thread_waker_.wake();
}

OpenBatch FileClickLog::take_empty(unsigned worker) { return workers_[worker]->take_empty(); }

void FileClickLog::close() {
  if (closing_.exchange(true)) return;
  accepting_.store(false, std::memory_order_relaxed);
  log_thread_waker_.wake();
  log_thread_.join();
}

// True if everything that was handed over is written, so that the log thread need not be woken.
bool FileClickLog::write_on_worker() {
  if (!write_mutex_.try_lock()) return false;
  const MutexLock lock(write_mutex_, std::adopt_lock);
  if (quick_writes_ < kQuickWrites || !writer_.is_roomy()) return false;
  const bool was_unsynced = writer_.unsynced();
  if (!join_batches(true)) return false;
  // A write that failed has abandoned its segment, so there is no room either.
  if (!writer_.is_roomy() || (!was_unsynced && writer_.unsynced())) log_thread_wanted_ = true;
  return !log_thread_wanted_;
}

// --- log thread

void FileClickLog::run_log() {
  for (bool ended = false; !ended;) {
    // Read before the last look at the hand-overs, so that everything submitted by then is decided.
    const bool closing = closing_.load();
    std::int64_t rest_us = 0;
    {
      const MutexLock lock(write_mutex_);
      log_thread_wanted_ = false;
      const bool idle = !anything_submitted();
      if (!idle) join_batches(false);
      ended = idle && closing;
      update_readiness();
      if (idle) rest_us = sleep_us();
    }
    if (rest_us == 0 || ended) continue;
    log_thread_waker_.wait(rest_us, [this] {
      const MutexLock lock(write_mutex_);
      return log_thread_wanted_ || anything_submitted() || closing_.load();
    });
  }
  const MutexLock lock(write_mutex_);
  writer_.sync();
  table_.close(progress_.head());
  log_info("log.closed", {{"head", progress_.head()}});
}

// --- whoever writes, with write_mutex_ held

bool FileClickLog::anything_submitted() {
  return std::any_of(workers_.begin(), workers_.end(),
                     [](const auto& worker) { return worker->submitted() != worker->decided; });
}

// One pass over all workers, beginning with another one each time. Records are committed as they fill. False if more is
// waiting but only one record was allowed (`one_record`).
bool FileClickLog::join_batches(bool one_record) {
  const auto count = static_cast<unsigned>(workers_.size());
  const unsigned start = next_worker_++ % count;
  std::array<std::uint64_t, kWorkersMax> submitted;
  for (unsigned worker = 0; worker < count; ++worker) submitted[worker] = workers_[worker]->submitted();

  for (unsigned i = 0; i < count; ++i) {
    const unsigned worker = (start + i) % count;
    Handover& from = *workers_[worker];
    while (OpenBatch* batch = from.front()) {
      if (batch->ticket > submitted[worker]) break;
      if (batch->count != 0 && !writer_.add(batch->clicks, batch->count)) {
        commit_record();
        if (one_record) return false;
        continue;
      }
      batches_in_record_.emplace_back(worker, batch->ticket);
      from.pop_front();
    }
  }
  commit_record();
  // A ticket that was submitted but is not in the ring was refused, because the ring was full.
  for (unsigned worker = 0; worker < count; ++worker) decide_up_to(worker, submitted[worker], false);
  return true;
}

void FileClickLog::commit_record() {
  if (batches_in_record_.empty()) return;
  const std::int64_t before_us = clock_.steady_us();
  const bool safe = writer_.empty() || writer_.commit();
  const std::int64_t after_us = clock_.steady_us();
  if (after_us - before_us >= options_.stall_us) stall_over_us_ = after_us + options_.after_stall_us;
  const bool quick = safe && after_us - before_us < options_.own_write_us && after_us >= stall_over_us_;
  quick_writes_ = quick ? std::min(quick_writes_ + 1, kQuickWrites) : 0;
  for (const auto& [worker, ticket] : batches_in_record_) {
    decide_up_to(worker, ticket - 1, false);  // a gap: refused
    decide_up_to(worker, ticket, safe);
  }
  batches_in_record_.clear();
}

void FileClickLog::decide_up_to(unsigned worker, std::uint64_t ticket, bool safe) {
  for (std::uint64_t& decided = workers_[worker]->decided; decided < ticket;) {
    (safe ? probe_.batches : probe_.refused_batches).add();
    decided_(worker, ++decided, safe);
  }
}

// Opens a segment if one is needed and possible, and says whether clicks may come.
void FileClickLog::update_readiness() {
  const std::int64_t now_us = clock_.steady_us();
  if (options_.ack == Ack::written && now_us - last_sync_us_ >= kWrittenSyncUs) {
    last_sync_us_ = now_us;
    writer_.sync();
  }
  if (options_.max_age_s != 0 && table_.has_spare()) {
    writer_.leave_older_than(options_.max_age_s * 1'000'000);
  }
  // A failing disk is tried again after a pause, a missing spare segment as soon as it is there.
  bool ready = now_us >= retry_at_us_ && writer_.ready();
  if (writer_.failures() != failures_seen_) {
    failures_seen_ = writer_.failures();
    if (!ready) retry_at_us_ = now_us + kRetryUs;
  }
  ready = ready && writer_.has_room() && !closing_.load();
  if (accepting_.exchange(ready, std::memory_order_relaxed) != ready) {
    gauges_.accepts.set(ready ? 1 : 0);
    ready ? log_info("log.accepts") : log_warn("log.refuses", {{"head", progress_.head()}});
  }
  if (!table_.has_spare()) wake_segment_thread();
}

void FileClickLog::wake_segment_thread() {
  const MutexLock lock(segments_mutex_);
  if (std::exchange(segment_thread_woken_, true)) return;
  segment_thread_wakeup_.notify_one();
}

std::int64_t FileClickLog::sleep_us() const {
  if (!accepts()) return std::max(retry_at_us_ - clock_.steady_us(), kRetryUs / 4);
  return writer_.unsynced() ? kWrittenSyncUs / 4 : kIdleUs;
}

// --- segment thread

void FileClickLog::run_segments() {
  std::int64_t retry_at_us = 0;
  for (;;) {
    {
      MutexLock lock(segments_mutex_);
      const bool hurry = retry_at_us != 0 || segments_full_ || !directory_open_;
      segment_thread_wakeup_.wait_for(lock, std::chrono::microseconds(hurry ? kRetryUs : kSegmentsIdleUs), [&] {
        segments_mutex_.assert_held();
        return (segment_thread_woken_ && !hurry) || segments_stop_;
      });
      segment_thread_woken_ = false;
      if (segments_stop_) return;
    }
    if (!directory_open_) {
      if (const auto opened = open_directory(); !opened) {
        log_warn_limited("log.directory.unusable", {{"error", opened.error().message}});
        continue;
      }
      log_info("log.directory.opened", {{"directory", options_.directory}});
    }
    const bool had_spare = table_.has_spare();
    while (make_segment(retry_at_us)) {
    }
    if (!had_spare && table_.has_spare()) log_thread_waker_.wake();
    report_segments();
  }
}

// One step; false when there is nothing more to do now. `retry_at_us`: when creating may be tried again after it
// failed.
bool FileClickLog::make_segment(std::int64_t& retry_at_us) {
  const std::int64_t now_us = clock_.steady_us();
  const bool can_create = now_us >= retry_at_us;
  const SegmentTable::Step step = table_.next_step(clock_.wall_us(), can_create);
  Result<void> done;
  segments_full_ = step.action == SegmentAction::full;
  switch (step.action) {
    case SegmentAction::none:
    case SegmentAction::full:
      return false;
    case SegmentAction::recycle:
      probe_.segments_recycled.add();
      return true;
    case SegmentAction::remove:
      done = disk_->remove(step.file);
      if (done) table_.removed(step.file);
      break;
    case SegmentAction::create: {
      const std::string file = table_.new_file_name();
      done = disk_->create(file, options_.segment_bytes, step.urgent);
      if (done) {
        probe_.segments_created.add();
        table_.add_spare(file, options_.segment_bytes);
      }
      break;
    }
  }
  if (done) {
    retry_at_us = 0;
    return true;
  }
  probe_.segment_failures.add();
  log_warn_limited("log.segment.failed", {{"error", done.error().message}});
  retry_at_us = now_us + kRetryUs;
  return step.action == SegmentAction::create;  // with creating ruled out, a stored segment may do
}

void FileClickLog::report_segments() {
  const SegmentCounts counts = table_.counts();
  gauges_.spare.set(static_cast<double>(counts.spare));
  gauges_.open.set(static_cast<double>(counts.open));
  gauges_.sealed.set(static_cast<double>(counts.sealed));
  gauges_.stored.set(static_cast<double>(counts.stored));
  gauges_.bytes.set(static_cast<double>(counts.bytes));
  gauges_.full.set(segments_full_ ? 1 : 0);
}

}  // namespace footfall::edge
