// The requests that are due and have not left, in order. Tells those that the generator itself was late with from those
// that waited because every connection was busy. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

namespace footfall::loadtest {

struct DueRequest {
  std::int64_t intended_ns = 0;
  bool waited_for_connection = false;  // at any time: then its delay is not the generator's alone
};

class Departures {
 public:
  void add(std::int64_t intended_ns) { waiting_.push_back(intended_ns); }
  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }
  // There is no free connection now: all that wait wait for one.
  void no_connection_is_free() { waiting_for_connection_ = waiting_.size(); }
  // The one that is due longest. There must be one.
  DueRequest take() {
    const DueRequest next{waiting_.front(), waiting_for_connection_ > 0};
    waiting_.pop_front();
    if (waiting_for_connection_ > 0) --waiting_for_connection_;
    return next;
  }

 private:
  std::deque<std::int64_t> waiting_;
  std::size_t waiting_for_connection_ = 0;  // of those in front
};

}  // namespace footfall::loadtest
