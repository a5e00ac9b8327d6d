// The log of edges without a disk: ack = redis (log_options.h, PROTOCOL.md 5). Batches stay in bounded memory until
// they are stored, and are shipped from here as from a disk; an answer leaves when the shipper reports its XADD
// acknowledged.
//
// No thread of its own: workers hand over, the shipper's thread numbers, reads and decides. A batch that Redis has not
// acknowledged in time is decided unsafe; if it was never sent, its numbers become a hole; if it was sent, it may be
// there, and goes on being shipped.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "edge/log/handover.h"
#include "edge/log/log_options.h"
#include "edge/log/log_probe.h"

namespace footfall::edge {

class MemoryClickLog final : public DurableLog, public LogReader {
 public:
  MemoryClickLog(const LogOptions& options, const Clock& clock, Metrics& metrics, Decided decided);
  ~MemoryClickLog() override;

  bool accepts() const noexcept override { return accepting_.load(std::memory_order_relaxed); }
  bool accepts_from(unsigned worker) const noexcept override { return accepts() && workers_[worker]->has_room(); }
  void hand_over(unsigned worker, OpenBatch&& batch) override;
  void submit(unsigned worker, OpenBatch&& batch) override;
  OpenBatch take_empty(unsigned worker) override;
  std::uint64_t head() const noexcept override { return head_.load(std::memory_order_acquire); }
  LogReader& reader() override { return *this; }
  void close() override;

  std::vector<LogIncarnation> incarnations() override;
  Result<void> read(const wire::Incarnation& incarnation, std::uint64_t from, std::uint64_t clicks_max,
                    std::uint64_t bytes_max, LogRun& run) override;
  void stored(const wire::Incarnation& incarnation, std::uint64_t position) override;
  void finished(const wire::Incarnation& incarnation) override;
  void lose_tail(const wire::Incarnation&, std::uint64_t) override {}  // adopt() declares what is missing
  void acknowledged(std::uint64_t number) override;
  void set_shipping_up(bool works) override;
  void adopt(const wire::Incarnation& incarnation, std::uint64_t position, std::uint64_t head,
             std::vector<LogRun> runs) override;
  void wait_beyond(std::uint64_t number, std::int64_t us) override;
  void interrupt() override;

 private:
  struct Record {
    LogRun run;
    std::int64_t taken_us = 0;  // steady
    bool sent = false;
    std::vector<std::pair<unsigned, std::uint64_t>> tickets;  // undecided
  };
  struct Adopted {
    std::deque<LogRun> runs;
    std::uint64_t head = 0;
  };

  bool anything_submitted();
  void take_submitted();
  void give_up_late();
  void decide(const std::vector<std::pair<unsigned, std::uint64_t>>& tickets, bool safe);
  void release(Record& record);
  void update_accepting();
  static std::uint64_t bytes_of(const LogRun& run) { return run.clicks.size() + sizeof(Record); }

  const LogOptions options_;
  const Clock& clock_;
  const Decided decided_;
  LogProbe probe_;
  LogGauges gauges_;
  const wire::Incarnation id_;
  const std::int64_t started_us_;

  std::vector<std::unique_ptr<Handover>> workers_;
  ThreadWaker shipper_waker_;
  std::atomic<bool> accepting_{false};
  std::atomic<bool> closed_{false};
  std::atomic<bool> interrupted_{false};
  std::atomic<std::uint64_t> head_{0};

  // Shipper's thread.
  std::deque<Record> records_;
  std::map<wire::Incarnation, Adopted> adopted_;
  std::uint64_t next_number_ = 1;
  std::uint64_t held_bytes_ = 0;
  bool works_ = false;
};

}  // namespace footfall::edge
