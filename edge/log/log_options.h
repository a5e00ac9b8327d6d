// The settings of the log, and the function that opens it. main.cc fills LogOptions from the configuration.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "edge/log/click_log.h"
#include "edge/log/log_reader.h"
#include "proto/base/clock.h"
#include "proto/base/metrics.h"
#include "proto/base/result.h"

namespace footfall::edge {

// When an answer leaves (README, durability table).
enum class Ack : std::uint8_t {
  synced,   // the batch is synced: survives process, power, Redis and core
  written,  // the batch is written, synced once a second: survives the process
  redis,    // the XADD is acknowledged by a Redis that syncs always: for edges without a disk
};

struct LogOptions {
  std::string directory;  // made if absent; locked while the log is open
  Ack ack = Ack::synced;
  unsigned workers = 1;                        // submit() takes worker numbers below this, at most 64
  std::uint64_t segment_bytes = 64ull << 20;   // a multiple of 4096, at least kSegmentBytesMin
  std::uint64_t total_bytes_max = 4ull << 30;  // of all segments; reached and nothing stored: full
  std::int64_t min_age_s = 0;                  // a stored segment younger than this is not recycled
  // A stored segment older than this is deleted, and one that has been open for so long is left; so a click stays at
  // most twice as long once it is stored. 0: no limit.
  std::int64_t max_age_s = 7 * 86400;
  std::uint64_t handover_batches = 256;  // per worker, at least 2: closed batches that wait to be written; beyond,
                                         // accepts_from() is false
  // 0: the log thread writes always, so that no write ever holds a worker up. Else: as long as writes take less than
  // this, a worker that finds the log idle writes its batch itself: it would only wait, and two switches of threads are
  // saved. Meanwhile it serves nothing else, for however long that write takes. One that takes longer leaves the
  // writing to the log thread for a while.
  std::int64_t own_write_us = 0;
  // A write that takes so long is a stall. Disks stall again: the log thread writes for as long as after_stall_us, so
  // that of many stalls at most one in that time holds a worker up.
  std::int64_t stall_us = 20'000;
  std::int64_t after_stall_us = 10'000'000;
  std::uint64_t memory_bytes_max = 64ull << 20;  // ack = redis: what may wait until it is stored
  std::int64_t redis_ack_ms = 2'000;             // ack = redis: not acknowledged by then, decided unsafe
};

// Relations: a batch fits a record, a record fits a stream entry with room for its trailer, and a segment holds
// several.
inline constexpr std::uint64_t kBatchBytesMax = 256 * 1024;   // of a worker's batch
inline constexpr std::uint64_t kRecordBytesMax = 512 * 1024;  // of one write: several batches
inline constexpr std::uint64_t kSegmentBytesMin = 2ull << 20;
static_assert(kBatchBytesMax <= kRecordBytesMax && 4 * kRecordBytesMax <= kSegmentBytesMin);

// An open log: what workers use, what the shipper uses, and its end.
class DurableLog : public ClickLog {
 public:
  virtual LogReader& reader() = 0;
  // No more batches; decides and syncs what was submitted, then the running incarnation counts as ended. The reader
  // goes on working. Call once the workers have stopped; the destructor calls it too.
  virtual void close() = 0;
};

// Opens the log of `options.ack`, under a new incarnation, and starts its threads (named ff-log and ff-segments). A
// disk that is full, read-only or failing is no error, neither now nor later: accepts() is false until it is cured, and
// that is noticed within a second. An error is a directory that another process has locked, one that we have no right
// to or whose path leads nowhere, or options that make no sense. `decided` is called on the log thread (ack = redis: on
// the shipper's thread) or on a worker's thread within its submit(), by one thread at a time; it must neither block nor
// call the log. Clock and metrics outlive the log.
Result<std::unique_ptr<DurableLog>> open_log(const LogOptions& options, const Clock& clock, Metrics& metrics,
                                             ClickLog::Decided decided);

}  // namespace footfall::edge
