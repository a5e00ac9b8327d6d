// The deadlines of many connections for the price of one timer: a hashed timing wheel. To move a deadline further away
// costs one store, because the node is examined again when the wheel reaches its old bucket. Not thread-safe.
#pragma once

#include <cstdint>
#include <vector>

namespace footfall::http {

struct TimerNode {
  std::int64_t deadline_ms = 0;
  std::int64_t placed_ms = 0;  // the deadline by which its bucket was chosen; 0: it is in no bucket
  TimerNode* previous = nullptr;
  TimerNode* next = nullptr;
};

class TimerWheel {
 public:
  explicit TimerWheel(std::int64_t tick_ms);
  std::int64_t tick_ms() const { return tick_ms_; }

  void set(TimerNode& node, std::int64_t deadline_ms) {
    node.deadline_ms = deadline_ms;
    if (node.placed_ms == 0 || deadline_ms < node.placed_ms) place(node);
  }
  void remove(TimerNode& node);

  // Calls expired(node) for each node whose deadline is not after `now_ms`; the node has been taken out of the wheel by
  // then. A call may be up to one tick late and is never early. `expired` may set and remove any node.
  template <typename Expired>
  void advance(std::int64_t now_ms, Expired expired) {
    while (turned_ms_ + tick_ms_ <= now_ms) {
      turned_ms_ += tick_ms_;
      TimerNode due;
      take_bucket(turned_ms_, due);
      while (due.next != &due) {
        TimerNode& node = *due.next;
        remove(node);
        if (node.deadline_ms <= now_ms) {
          expired(node);
        } else {
          place(node);
        }
      }
    }
  }
  // Sets the wheel's time before its first advance(), or when it was empty and has not been advanced for a while.
  void start_at(std::int64_t now_ms);

 private:
  TimerNode& bucket(std::int64_t time_ms);
  void place(TimerNode& node);
  void take_bucket(std::int64_t time_ms, TimerNode& into);

  std::int64_t tick_ms_;
  std::int64_t turned_ms_ = 0;
  std::vector<TimerNode> buckets_;  // heads of circular lists
};

}  // namespace footfall::http
