// The log on disk: ack = synced and ack = written (log_options.h has the contract).
//
// One thread at a time writes, under write_mutex_. It joins what all workers have handed over into one record, writes
// the record and decides its tickets; what arrives during the write is joined into the next record. As shipped the log
// thread writes. With LogOptions::own_write_us a worker that submits while writes are quick and finds nobody writing
// does it itself: it could only wait for the write, and waking the log thread and being woken by it costs as much as
// five clicks. It writes no more than one record into the open segment. Everything else, and what a slow or failed
// write leaves behind, is done by the log thread. While that one waits for a stalled disk, workers read on, and answer
// whatever needs no disk.
//
// The segment thread keeps a spare segment ready, so that no write waits for zeroing. It also opens the directory when
// that was not possible at the start (a file system that is read-only or fails): until then the log accepts nothing.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "edge/log/disk.h"
#include "edge/log/disk_log_reader.h"
#include "edge/log/handover.h"
#include "edge/log/log_options.h"
#include "edge/log/log_probe.h"
#include "edge/log/log_progress.h"
#include "edge/log/log_writer.h"
#include "edge/log/recent_records.h"
#include "edge/log/segment_table.h"
#include "proto/base/lifecycle.h"
#include "proto/base/thread_annotations.h"

namespace footfall::edge {

class FileClickLog final : public DurableLog {
 public:
  static Result<std::unique_ptr<FileClickLog>> open(const LogOptions& options, std::unique_ptr<Disk> disk,
                                                    const Clock& clock, Metrics& metrics, Decided decided);
  ~FileClickLog() override;

  bool accepts() const noexcept override { return accepting_.load(std::memory_order_relaxed); }
  bool accepts_from(unsigned worker) const noexcept override { return accepts() && workers_[worker]->has_room(); }
  void hand_over(unsigned worker, OpenBatch&& batch) override;
  void submit(unsigned worker, OpenBatch&& batch) override;
  OpenBatch take_empty(unsigned worker) override;
  std::uint64_t head() const noexcept override { return progress_.head(); }
  LogReader& reader() override { return reader_; }
  void close() override;

 private:
  FileClickLog(const LogOptions& options, std::unique_ptr<Disk> disk, const Clock& clock, Metrics& metrics,
               Decided decided);
  void start();
  Result<void> open_directory();

  void run_log();
  bool write_on_worker();
  bool anything_submitted() FOOTFALL_REQUIRES(write_mutex_);
  bool join_batches(bool one_record) FOOTFALL_REQUIRES(write_mutex_);
  void commit_record() FOOTFALL_REQUIRES(write_mutex_);
  void decide_up_to(unsigned worker, std::uint64_t ticket, bool safe) FOOTFALL_REQUIRES(write_mutex_);
  void update_readiness() FOOTFALL_REQUIRES(write_mutex_);
  void wake_segment_thread() FOOTFALL_EXCLUDES(segments_mutex_);
  std::int64_t sleep_us() const FOOTFALL_REQUIRES(write_mutex_);

  void run_segments();
  bool make_segment(std::int64_t& retry_at_us);
  void report_segments();

  const LogOptions options_;
  const std::unique_ptr<Disk> disk_;
  const Clock& clock_;
  const Decided decided_;
  LogProbe probe_;
  LogGauges gauges_;
  SegmentTable table_;
  RecentRecords recent_;
  LogProgress progress_;
  Mutex write_mutex_;
  LogWriter writer_ FOOTFALL_GUARDED_BY(write_mutex_);
  DiskLogReader reader_;

  std::atomic<bool> accepting_{false};
  std::atomic<bool> closing_{false};
  std::vector<std::unique_ptr<Handover>> workers_;
  ThreadWaker log_thread_waker_;

  int quick_writes_ FOOTFALL_GUARDED_BY(write_mutex_) = 0;            // in a row
  std::int64_t stall_over_us_ FOOTFALL_GUARDED_BY(write_mutex_) = 0;  // until then no write counts as quick
  // The log thread has something to look at, although no batch waits.
  bool log_thread_wanted_ FOOTFALL_GUARDED_BY(write_mutex_) = false;
  unsigned next_worker_ FOOTFALL_GUARDED_BY(write_mutex_) = 0;
  // Worker and ticket of each batch in the record.
  std::vector<std::pair<unsigned, std::uint64_t>> batches_in_record_ FOOTFALL_GUARDED_BY(write_mutex_);
  std::int64_t retry_at_us_ FOOTFALL_GUARDED_BY(write_mutex_) = 0;  // after a failure
  std::uint64_t failures_seen_ FOOTFALL_GUARDED_BY(write_mutex_) = 0;
  std::int64_t last_sync_us_ FOOTFALL_GUARDED_BY(write_mutex_) = 0;

  Mutex segments_mutex_;
  std::condition_variable_any segment_thread_wakeup_;
  bool segment_thread_woken_ FOOTFALL_GUARDED_BY(segments_mutex_) = false;
  bool segments_stop_ FOOTFALL_GUARDED_BY(segments_mutex_) = false;
  bool segments_full_ = false;   // used by the segment thread alone, once it runs
  bool directory_open_ = false;  // likewise: locked, and what it holds is in table_

  Worker segment_thread_;
  Worker log_thread_;
};

}  // namespace footfall::edge
