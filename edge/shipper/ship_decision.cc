// `next_` is the next click to ship, `position_` is how far core has stored, and `outstanding_` holds the entries
// between them that lie in Redis. A watermark moves the position. Whatever makes the stream doubtful (a lower
// watermark, a resend that core asks for, a hole, another writer) leads to rewind(): shipping starts again behind the
// position, under a new generation, whose ids are above all that is in the stream.
#include "edge/shipper/ship_decision.h"

#include <algorithm>

namespace footfall::edge {
namespace {

// A random part, so that two copies of one log that begin at the same moment choose different generations.
constexpr std::uint64_t kGenerationSpread = 256;
constexpr std::uint64_t kBacklogEntries = 4;  // more than so many entries behind is a backlog

}  // namespace

ShipDecision::ShipDecision(bool running, std::int64_t now_us)
    : running_(running), position_known_(running), wait_until_us_(running ? now_us : now_us + kWaitForWatermarkUs) {}

void ShipDecision::set_log(const LogIncarnation& log, std::int64_t now_us) {
  log_ = log;
  // Not knowing better, begin at what is held: segments are recycled only when stored.
  if (!position_known_ && !started_) next_ = std::max(next_, log.first);
  if (next_ <= log_.shippable) {
    all_shipped_since_us_.reset();
  } else if (!all_shipped_since_us_) {
    all_shipped_since_us_ = now_us;
  }
}

WatermarkEffect ShipDecision::on_watermark(const WatermarkSeen& seen, std::int64_t now_us) {
  if (seen.position > log_.shippable) {
    disputed_position_ = seen.position;
    // It is believed for one purpose only, the bound on what lies in Redis: nothing else would ever free those bytes.
    outstanding_.clear();
    unstored_bytes_ = 0;
    return WatermarkEffect::ignored_above;
  }
  const bool same_database = !epoch_known_ || seen.database == database_;
  const bool new_epoch = epoch_known_ && (!same_database || seen.epoch > epoch_);
  if (epoch_known_ && same_database && seen.epoch < epoch_) return WatermarkEffect::ignored_old_epoch;
  const bool is_lower = !new_epoch && position_known_ && seen.position < position_;
  if (!is_lower) {
    lower_since_us_.reset();
  } else if (!lower_since_us_) {
    lower_since_us_ = now_us;
  }
  const bool went_back = is_lower && now_us - *lower_since_us_ >= kLowerWatermarkUs;
  if (is_lower && !went_back) return WatermarkEffect::ignored_lower;

  const bool was_known = position_known_;
  position_known_ = true;
  epoch_known_ = true;
  epoch_ = seen.epoch;
  database_ = seen.database;
  disputed_position_ = 0;

  // A request for a resend may have been lost together with what was lost of the database, so both begin again.
  const bool asks_again = new_epoch || went_back || seen.resend_nonce > nonce_;
  nonce_ = seen.resend_nonce;
  if (asks_again || (!was_known && seen.position + 1 < next_)) {
    position_ = seen.position;
    rewind();
    lower_since_us_.reset();
    return went_back ? WatermarkEffect::went_back : WatermarkEffect::rewound;
  }
  move_position(seen.position);
  return WatermarkEffect::accepted;
}

void ShipDecision::choose_generation(const std::optional<wire::EntryId>& top, std::uint64_t random) {
  const std::uint64_t above = std::max(generation_, top ? top->major : 0);
  generation_ = above + 1 + random % kGenerationSpread;
  needs_generation_ = false;
  wants_trim_ = top.has_value() && disputed_position_ == 0;
}

bool ShipDecision::on_checked(const std::optional<wire::EntryId>& top, bool empty) {
  check_top_ = false;
  // Under a watermark above our end another copy of this log, one that holds more, is at work. What we have is said to
  // be stored, so its being gone is no loss; and what lies there may be the other's.
  if (outstanding_.empty() || disputed_position_ != 0) return false;
  // A higher generation is another writer's, who may have trimmed what was ours and hold less than we do; and one that
  // trimmed and then failed leaves nothing.
  if (!empty && top && top->major == generation_ && top->minor >= outstanding_.back().last) return false;
  rewind();
  return true;
}

void ShipDecision::on_added(std::uint64_t last, std::uint64_t bytes, std::int64_t written_us) {
  started_ = true;
  next_ = std::max(next_, last + 1);
  if (last <= position_) return;
  outstanding_.push_back({last, bytes, written_us});
  unstored_bytes_ += bytes;
}

RefusalEffect ShipDecision::on_refused(std::uint64_t last, std::uint64_t bytes, std::int64_t written_us,
                                       const std::optional<wire::EntryId>& top, std::int64_t hold_until_us) {
  if (top && top->major == generation_ && top->minor >= last) {
    on_added(last, bytes, written_us);
    return RefusalEffect::proceeded;
  }
  rewind();
  hold_until_us_ = hold_until_us;
  return RefusalEffect::rewound;
}

void ShipDecision::on_hole() { rewind(); }

void ShipDecision::on_connection_lost() {
  check_top_ = true;
  foreign_writer_.on_connection_lost();
}

void ShipDecision::set_finished() {
  finished_ = true;
  outstanding_.clear();
  unstored_bytes_ = 0;
}

void ShipDecision::announce_again(std::int64_t now_us) {
  if (running_) return;
  finished_ = false;
  position_known_ = false;
  wait_until_us_ = now_us + kWaitForWatermarkUs;
}

ShipDecision::Plan ShipDecision::plan_next(const Limits& limits, std::uint64_t unstored_bytes,
                                           std::int64_t now_us) const {
  Plan plan;
  if (finished_ || next_ > log_.shippable || now_us < hold_until_us_) return plan;
  if (!is_ours(now_us) || (!position_known_ && now_us < wait_until_us_)) return plan;
  if (unstored_bytes >= limits.unstored_bytes_max) {
    plan.blocked = true;
    return plan;
  }
  if (needs_generation_) {
    plan.action = Action::ask_top;
    return plan;
  }
  plan.action = Action::ship;
  plan.from = next_;
  plan.clicks_max =
      backlog() > kBacklogEntries * limits.entry_clicks ? limits.backlog_entry_clicks : limits.entry_clicks;
  return plan;
}

bool ShipDecision::done(std::int64_t now_us) const {
  if (!log_.ended) return false;
  if (position_known_ && position_ >= log_.head) return true;
  // It holds no click: core may still have heard of some that are lost, so its watermark is waited for.
  if (log_.head == 0) return now_us >= wait_until_us_;
  if (disputed_position_ < log_.head || !all_shipped_since_us_) return false;
  return retired_ || now_us - *all_shipped_since_us_ >= kDisputedWatermarkUs;
}

// What Redis holds of older generations is superseded, so nothing of it counts as outstanding any more.
void ShipDecision::rewind() {
  next_ = position_ + 1;
  needs_generation_ = true;
  outstanding_.clear();
  unstored_bytes_ = 0;
  all_shipped_since_us_.reset();
}

void ShipDecision::move_position(std::uint64_t position) {
  position_ = position;
  next_ = std::max(next_, position + 1);
  while (!outstanding_.empty() && outstanding_.front().last <= position) {
    unstored_bytes_ -= outstanding_.front().bytes;
    outstanding_.pop_front();
  }
}

}  // namespace footfall::edge
