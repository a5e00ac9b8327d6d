// ship() collects entries from the log until a limit is reached, sends them as one pipeline of XADDs, and goes through
// the replies in order. An entry that is added moves the decision forward. One that is refused, because its id is not
// above the stream's last one, is either our own from a try whose reply was lost, or the sign of another writer. One
// that is added behind one that failed has left a hole. In the last two cases shipping begins again under a new
// generation.
#include "edge/shipper/entries.h"

#include <algorithm>
#include <utility>

#include "proto/base/logging.h"

namespace footfall::edge {
namespace {

bool is_refusal(const redis::Reply& reply) {
  return reply.is_error() && reply.text.find("equal or smaller than the target stream top item") != std::string::npos;
}

}  // namespace

Result<StreamState> stream_state_of(const redis::Reply& reply) {
  StreamState state;
  if (reply.is_error()) {
    if (reply.text.find("no such key") != std::string::npos) return state;
    return Failure(Error{ErrorKind::unavailable, ErrorSource::redis, true, reply.text});
  }
  for (std::size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
    if (reply.elements[i].text == "length") state.empty = reply.elements[i + 1].integer == 0;
    if (reply.elements[i].text == "last-generated-id") state.top = wire::parse_entry_id(reply.elements[i + 1].text);
  }
  if (!state.top) return internal("XINFO STREAM: no last-generated-id");
  return state;
}

Result<StreamState> read_stream_state(redis::Redis& redis, const std::string& stream) {
  auto reply = redis.command({"XINFO", "STREAM", stream});
  if (!reply) return std::unexpected(std::move(reply.error()));
  return stream_state_of(*reply);
}

EntryPipeline::EntryPipeline(const ShipperOptions& options, LogReader& log, redis::Redis& redis, ShipperProbe& probe)
    : options_(options), log_(log), redis_(redis), probe_(probe) {}

bool EntryPipeline::ship(ShipDecision& decision, const std::string& stream, const ShipDecision::Limits& limits,
                         std::uint64_t unstored_bytes, std::int64_t now_us, std::int64_t hold_until_us) {
  const bool readable = collect(decision, limits, unstored_bytes, now_us);
  if (used_ == 0) return readable;

  std::vector<redis::Arguments> commands;
  commands.reserve(used_ + 1);
  // What older generations left is superseded by what follows, so that re-shipping cannot fill Redis. With ack = redis
  // the stream is the only copy besides our memory: there it stays until it is stored.
  const bool trims = decision.wants_trim() && !options_.acknowledge;
  trim_id_ = wire::EntryId{decision.generation(), 0}.text();
  if (trims) commands.push_back({"XTRIM", stream, "MINID", trim_id_});
  for (std::size_t i = 0; i < used_; ++i) {
    commands.push_back({"XADD", stream, entries_[i].id, wire::kBatchField, entries_[i].payload});
  }
  const auto replies = redis_.pipeline(commands);
  if (!replies) {
    probe_.connection_errors.add();
    decision.on_connection_lost();
    return false;
  }
  if (trims && !replies->front().is_error()) decision.on_trimmed();
  return take_replies(decision, stream, *replies, trims ? 1 : 0, hold_until_us) && readable;
}

bool EntryPipeline::collect(const ShipDecision& decision, const ShipDecision::Limits& limits,
                            std::uint64_t unstored_bytes, std::int64_t now_us) {
  used_ = 0;
  const auto plan = decision.plan_next(limits, unstored_bytes, now_us);
  if (plan.action != ShipDecision::Action::ship) return true;
  std::uint64_t next = plan.from;
  std::uint64_t bytes = 0;
  while (next <= decision.log().shippable && bytes < options_.pipeline_bytes &&
         unstored_bytes + bytes < limits.unstored_bytes_max) {
    const auto read = log_.read(decision.log().id, next, plan.clicks_max, options_.entry_bytes, run_);
    if (!read) {
      probe_.read_errors.add();
      log_warn_limited("shipper.read_failed", {{"error", read.error().message}});
      return false;
    }
    if (used_ == entries_.size()) entries_.emplace_back();
    Entry& entry = entries_[used_++];
    std::swap(entry.payload, run_.clicks);
    wire::append_batch_trailer(entry.payload, decision.log().id, run_.first, run_.last, run_.reason);
    entry.id = wire::EntryId{decision.generation(), run_.last}.text();
    entry.first = run_.first;
    entry.last = run_.last;
    entry.is_void = run_.reason != wire::VoidReason::none;
    entry.written_us = run_.written_us;
    bytes += entry.payload.size();
    next = run_.last + 1;
  }
  return true;
}

bool EntryPipeline::take_replies(ShipDecision& decision, const std::string& stream,
                                 const std::vector<redis::Reply>& replies, std::size_t first_reply,
                                 std::int64_t hold_until_us) {
  std::optional<StreamState> state;  // asked once, and only if something was refused
  bool failed = false;
  for (std::size_t i = 0; i < used_; ++i) {
    const Entry& entry = entries_[i];
    const redis::Reply& reply = replies[first_reply + i];
    const std::uint64_t bytes = entry.payload.size();
    if (!reply.is_error()) {
      if (failed) {
        probe_.rewinds_hole.add();
        log_warn("shipper.rewind", {{"stream", stream}, {"reason", "hole"}});
        decision.on_hole();
        return false;
      }
      decision.on_added(entry.last, bytes, entry.written_us);
      count(entry);
      continue;
    }
    if (!is_refusal(reply)) {
      probe_.reply_errors.add();
      log_warn_limited("shipper.refused", {{"stream", stream}, {"error", reply.text}});
      failed = true;
      continue;
    }
    if (failed) continue;
    if (!state) {
      auto answer = read_stream_state(redis_, stream);
      if (!answer) {
        probe_.connection_errors.add();
        return false;  // this entry is sent again, is refused again, and asks again
      }
      state = *answer;
    }
    const auto& top = state->top;
    if (decision.on_refused(entry.last, bytes, entry.written_us, top, hold_until_us) == RefusalEffect::rewound) {
      probe_.rewinds_refused.add();
      log_warn("shipper.rewind", {{"stream", stream}, {"reason", "refused"}, {"top", top ? top->text() : "none"}});
      return true;
    }
    count(entry);
  }
  return !failed;
}

void EntryPipeline::count(const Entry& entry) {
  (entry.is_void ? probe_.void_clicks : probe_.clicks).add(entry.last - entry.first + 1);
  probe_.entries.add();
  probe_.entry_bytes.add(entry.payload.size());
}

}  // namespace footfall::edge
