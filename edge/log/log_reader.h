// The log as the shipper sees it: incarnations, and runs of consecutive clicks in each. All of it is called on one
// thread, the shipper's, except interrupt().
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto/base/result.h"
#include "proto/wire/click.h"
#include "proto/wire/ids.h"

namespace footfall::edge {

struct LogIncarnation {
  wire::Incarnation id;
  std::int64_t started_us = 0;
  bool ended = false;           // it will never grow: every one but the running, and that after close()
  bool tail_damaged = false;    // it ends in a torn record
  bool is_copy = false;         // its files are copies: somewhere else there may be more of it
  std::uint64_t first = 1;      // first number that is still held
  std::uint64_t head = 0;       // last number that was acknowledged
  std::uint64_t shippable = 0;  // last number that may be shipped: synced (ack = redis: submitted)
};

// Consecutive numbers: clicks, or a hole that only the edge may declare (PROTOCOL.md 2).
struct LogRun {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  wire::VoidReason reason = wire::VoidReason::none;
  std::string clicks;           // encoded, one after another; empty for a hole
  std::int64_t written_us = 0;  // wall time of the oldest record in it
};

class LogReader {
 public:
  virtual ~LogReader() = default;

  virtual std::vector<LogIncarnation> incarnations() = 0;  // oldest first, the running one last

  // The run that holds `from`, which is at most `shippable`: whole records joined until another would pass a limit, but
  // at least one, so it may begin below `from` and pass the limits. Numbers that are no longer held, or that cannot be
  // read, come as a hole. `run` is reused. Errors are the disk's; the same call may succeed later, and after a while of
  // failing the numbers are given up as unreadable.
  virtual Result<void> read(const wire::Incarnation& incarnation, std::uint64_t from, std::uint64_t clicks_max,
                            std::uint64_t bytes_max, LogRun& run) = 0;

  // Everything up to `position` is stored. A lower position than before takes recycling back for what is still held.
  virtual void stored(const wire::Incarnation& incarnation, std::uint64_t position) = 0;

  // An ended incarnation is stored to its end and everyone knows: its last segment may be recycled as well.
  virtual void finished(const wire::Incarnation& incarnation) = 0;

  // Core has heard that an older incarnation, which is no copy, reaches to `last`. What the log does not hold of it is
  // lost: `head` becomes `last`, and the missing numbers come as a hole (lost tail).
  virtual void lose_tail(const wire::Incarnation& incarnation, std::uint64_t last) = 0;

  // ack = redis: everything up to `number` is in a Redis that keeps it; releases the answers. Else does nothing.
  virtual void acknowledged(std::uint64_t number) = 0;
  // ack = redis: whether Redis takes clicks now; while it does not, accepts() is false. Else does nothing.
  virtual void set_shipping_up(bool works) = 0;
  // ack = redis: takes over what an earlier incarnation of this edge left in Redis. `runs` ascend; numbers that are
  // missing between `position`, what is stored, and `head` are holes (forgotten). Else does nothing.
  virtual void adopt(const wire::Incarnation& incarnation, std::uint64_t position, std::uint64_t head,
                     std::vector<LogRun> runs) = 0;

  // Sleeps until the running incarnation has something beyond `number` to ship, or `us` have passed, or interrupt().
  virtual void wait_beyond(std::uint64_t number, std::int64_t us) = 0;
  virtual void interrupt() = 0;
};

}  // namespace footfall::edge
