// Decides what to ship next of one incarnation, when to ship again and when it is done: PROTOCOL.md 2, 9 and 10 as a
// state machine without I/O, clock or randomness of its own. The shipper reports to it and carries out its plan.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "edge/log/log_reader.h"
#include "edge/shipper/foreign_writer.h"
#include "proto/wire/streams.h"

namespace footfall::edge {

struct WatermarkSeen {
  std::uint64_t position = 0;
  std::string database;
  std::uint64_t epoch = 0;
  std::uint64_t resend_nonce = 0;
};

enum class WatermarkEffect : std::uint8_t {
  accepted,
  rewound,        // accepted, and shipping starts again after its position
  ignored_above,  // claims more than this edge wrote
  ignored_lower,  // lower than before without a newer epoch: Redis may remember an older one
  went_back,      // accepted like `rewound`: it stays lower, so core's database went back without a new epoch
  ignored_old_epoch,
};

enum class RefusalEffect : std::uint8_t { proceeded, rewound };

// How long shipping of an older incarnation waits for its watermark.
inline constexpr std::int64_t kWaitForWatermarkUs = 3'000'000;
inline constexpr std::int64_t kDisputedWatermarkUs = 60'000'000;  // see done()
// For how long a lower watermark must stand. Core corrects a Redis that remembers an older one within a second.
inline constexpr std::int64_t kLowerWatermarkUs = 3'000'000;

class ShipDecision {
 public:
  // `now_us` is steady time everywhere. The running incarnation begins at position 0; of an older one core may know
  // more, so shipping waits a while for its watermark.
  ShipDecision(bool running, std::int64_t now_us);

  // --- what was seen
  void set_log(const LogIncarnation& log, std::int64_t now_us);
  WatermarkEffect on_watermark(const WatermarkSeen& seen, std::int64_t now_us);
  // Of an older incarnation: see ForeignWriter.
  void on_heartbeat(const std::optional<std::int64_t>& written_at_us, std::int64_t now_us) {
    foreign_writer_.on_heartbeat(written_at_us, now_us);
  }
  // Before the first entry of a generation the stream's last generated id is asked; none if there is no stream.
  void choose_generation(const std::optional<wire::EntryId>& top, std::uint64_t random);
  // The stream's top is also asked now and then while something is unstored, and after a broken connection. `empty`: no
  // entry is in the stream. True: entries of ours are gone, and shipping starts again.
  bool on_checked(const std::optional<wire::EntryId>& top, bool empty);
  void on_added(std::uint64_t last, std::uint64_t bytes, std::int64_t written_us);
  // XADD refused an id at or below its top. A success only if the top has our own generation: then an earlier try went
  // through although its reply was lost. Otherwise someone else writes here, or this is a remnant.
  RefusalEffect on_refused(std::uint64_t last, std::uint64_t bytes, std::int64_t written_us,
                           const std::optional<wire::EntryId>& top, std::int64_t hold_until_us);
  // An entry failed and a later one of the same pipeline went in: the stream has a hole that only a new generation
  // closes.
  void on_hole();
  void on_connection_lost();
  // The running incarnation has shown that the database was restored: what an older one is known to have stored no
  // longer counts, finished or not, until core says anew.
  void announce_again(std::int64_t now_us);
  void set_finished();

  // --- what to do
  enum class Action : std::uint8_t { nothing, ask_top, ship };
  struct Limits {
    std::uint64_t entry_clicks = 256;
    std::uint64_t backlog_entry_clicks = 1024;
    std::uint64_t unstored_bytes_max = 0;
  };
  struct Plan {
    Action action = Action::nothing;
    std::uint64_t from = 0;        // ship: the next number
    std::uint64_t clicks_max = 0;  // ship: of one entry
    bool blocked = false;          // nothing, because too much is unstored in Redis
  };
  // `unstored_bytes` of all incarnations together.
  Plan plan_next(const Limits& limits, std::uint64_t unstored_bytes, std::int64_t now_us) const;
  // Whether the stream's top should be asked, beside plan_next(): at once after a broken connection, else now and then.
  bool wants_top_soon() const { return check_top_ && !outstanding_.empty(); }
  bool wants_top_sometimes() const { return !outstanding_.empty(); }
  // Nobody else seems to write this incarnation: it may be shipped and announced.
  bool is_ours(std::int64_t now_us) const { return running_ || foreign_writer_.is_quiet(now_us); }
  bool is_written_elsewhere() const { return foreign_writer_.was_seen(); }
  // Everything is stored and nothing will follow. A watermark above the log's end is not believed, unless all that we
  // hold has been in Redis for a minute and it still stands: then another copy of this log held more.
  bool done(std::int64_t now_us) const;

  // Older generations may still lie in the stream, below everything that this one ships.
  bool wants_trim() const { return wants_trim_; }
  void on_trimmed() { wants_trim_ = false; }

  bool finished() const { return finished_; }
  bool retired() const { return retired_; }
  void set_retired(bool retired) { retired_ = retired; }
  bool all_shipped() const { return next_ > log_.shippable; }
  const LogIncarnation& log() const { return log_; }
  std::uint64_t generation() const { return generation_; }
  std::uint64_t next() const { return next_; }
  std::uint64_t position() const { return position_; }
  std::uint64_t epoch() const { return epoch_; }
  std::uint64_t backlog() const { return log_.shippable >= next_ ? log_.shippable - next_ + 1 : 0; }
  std::uint64_t unstored_bytes() const { return unstored_bytes_; }
  // Wall time at which the oldest click that is in Redis and not stored was written; 0 if there is none.
  std::int64_t oldest_unstored_us() const { return outstanding_.empty() ? 0 : outstanding_.front().written_us; }

 private:
  struct Entry {
    std::uint64_t last;
    std::uint64_t bytes;
    std::int64_t written_us;
  };
  void rewind();
  void move_position(std::uint64_t position);

  const bool running_;
  LogIncarnation log_;
  std::uint64_t generation_ = 0;
  bool needs_generation_ = true;  // the stream's top must be known before the next entry
  bool check_top_ = false;
  bool wants_trim_ = false;
  std::uint64_t next_ = 1;
  std::uint64_t position_ = 0;
  bool position_known_;
  bool started_ = false;  // something was shipped
  std::int64_t wait_until_us_;
  std::int64_t hold_until_us_ = 0;
  std::string database_;
  std::uint64_t epoch_ = 0;
  bool epoch_known_ = false;
  std::uint64_t nonce_ = 0;
  std::uint64_t disputed_position_ = 0;
  std::optional<std::int64_t> all_shipped_since_us_;
  std::optional<std::int64_t> lower_since_us_;  // since when the watermark is lower than what is known
  ForeignWriter foreign_writer_;
  bool retired_ = false;
  bool finished_ = false;
  std::deque<Entry> outstanding_;  // in Redis and not stored
  std::uint64_t unstored_bytes_ = 0;
};

}  // namespace footfall::edge
