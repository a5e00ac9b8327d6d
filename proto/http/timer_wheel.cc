#include "proto/http/timer_wheel.h"

#include <algorithm>

#include "proto/base/result.h"

namespace footfall::http {
namespace {

constexpr std::size_t kBuckets = 2048;

void insert_before(TimerNode& head, TimerNode& node) {
  node.previous = head.previous;
  node.next = &head;
  head.previous->next = &node;
  head.previous = &node;
}

}  // namespace

TimerWheel::TimerWheel(std::int64_t tick_ms) : tick_ms_(tick_ms), buckets_(kBuckets) {
  FOOTFALL_CHECK(tick_ms > 0);
  for (TimerNode& head : buckets_) head.previous = head.next = &head;
}

TimerNode& TimerWheel::bucket(std::int64_t time_ms) {
  return buckets_[static_cast<std::size_t>(time_ms / tick_ms_) % kBuckets];
}

void TimerWheel::start_at(std::int64_t now_ms) { turned_ms_ = now_ms / tick_ms_ * tick_ms_; }

void TimerWheel::remove(TimerNode& node) {
  if (node.placed_ms == 0) return;
  node.previous->next = node.next;
  node.next->previous = node.previous;
  node.placed_ms = 0;
}

void TimerWheel::place(TimerNode& node) {
  remove(node);
  // The first bucket that the wheel reaches at or after the deadline, and at its next step at the earliest.
  const std::int64_t turn_ms = std::max((node.deadline_ms + tick_ms_ - 1) / tick_ms_ * tick_ms_, turned_ms_ + tick_ms_);
  insert_before(bucket(turn_ms), node);
  node.placed_ms = turn_ms;
}

void TimerWheel::take_bucket(std::int64_t time_ms, TimerNode& into) {
  TimerNode& head = bucket(time_ms);
  into.previous = into.next = &into;
  if (head.next == &head) return;
  into.next = head.next;
  into.previous = head.previous;
  into.next->previous = &into;
  into.previous->next = &into;
  head.previous = head.next = &head;
}

}  // namespace footfall::http
