// The deadlines of a connection: which one is next, and what happens when it has passed.
#include <algorithm>

#include "proto/http/connection.h"

namespace footfall::http {
namespace {

constexpr std::int64_t kBodyGraceMs = 2'000;  // before the rate of a body is judged
constexpr std::int64_t kNever = std::int64_t{1} << 60;

}  // namespace

// The time by which the rest of the request that is coming in must be there. A part of a record in front of a request
// is the beginning of its header block.
std::int64_t Connection::stage_deadline() const {
  if (is_handshaking()) return stage_ms_ + manager_.limits.header_ms;
  if (paused_) return kNever;
  if (stage_ == Stage::idle) return undecrypted_.empty() ? kNever : record_ms_ + manager_.limits.header_ms;
  if (stage_ == Stage::head) return stage_ms_ + manager_.limits.header_ms;
  if (manager_.limits.bytes_per_s_min == 0) return stage_ms_ + manager_.limits.body_ms;
  const auto got = static_cast<std::int64_t>(unparsed_.size() - scan_.head_bytes() + undecrypted_.size());
  const std::int64_t by_rate = kBodyGraceMs + got * 1'000 / manager_.limits.bytes_per_s_min;
  return stage_ms_ + std::min(manager_.limits.body_ms, by_rate);
}

void Connection::update_deadline() {
  std::int64_t deadline = stage_deadline();
  if (!unsent_.empty()) deadline = std::min(deadline, write_deadline_ms_);
  if (first_ != nullptr) deadline = std::min(deadline, first_->deadline_ms);
  if (deadline == kNever) {
    const bool is_new = requests_ == 0 && stage_ == Stage::idle;
    deadline = active_ms + manager_.limits.idle_ms;
    if (is_new) deadline = std::min(deadline, stage_ms_ + manager_.limits.first_byte_ms);
    if (drain_deadline_ms_ != 0) deadline = std::min(deadline, drain_deadline_ms_);
  }
  manager_.timers.set(*this, deadline);
}

void Connection::expire() {
  if (life_ == Life::dead) return;
  if (life_ == Life::lingering) return kill();
  auto count = [this](Timeout kind) { manager_.counters.timeouts[static_cast<std::size_t>(kind)]->add(); };
  if (is_handshaking() && stage_deadline() <= manager_.now_ms) {
    count(Timeout::handshake);
    return kill();
  }
  if (!unsent_.empty() && write_deadline_ms_ <= manager_.now_ms) {
    if (!reads_fast_enough()) {
      count(Timeout::write);
      return kill();
    }
    start_write_deadline();
  }
  if (first_ != nullptr) {
    for (PendingAnswer* pending = first_; pending != nullptr && pending->deadline_ms <= manager_.now_ms;
         pending = pending->next) {
      if (pending->state == PendingAnswer::State::ready) continue;
      count(Timeout::answer);
      if (pending->state == PendingAnswer::State::held) {
        apply_decision(*pending, false);
      } else {
        complete_with_refusal(*pending, {504, "no answer in time"});
      }
    }
  }
  if (stage_deadline() <= manager_.now_ms) {
    const bool in_head = stage_ != Stage::body;
    count(in_head ? Timeout::header : Timeout::body);
    std::size_t known = 0;  // as much of the header block
    if (stage_ == Stage::head) known = scan_.good_bytes();
    if (stage_ == Stage::body) known = scan_.head_bytes() - 2;
    parse_partial_head({unparsed_.data(), known}, manager_.head);
    manager_.head.request.peer = peer_;
    refuse({408, in_head ? "header block too slow" : "body too slow"});
    free_memory(undecrypted_);
    free_memory(unparsed_);
  } else if (first_ == nullptr && unsent_.empty() && stage_ == Stage::idle) {
    if (drain_deadline_ms_ == 0) count(Timeout::idle);
    return kill();
  }
  flush();
  if (life_ == Life::open) update_deadline();
}

}  // namespace footfall::http
