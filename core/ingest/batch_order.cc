#include "core/ingest/batch_order.h"

#include <algorithm>

namespace footfall::core {

bool ResendClock::due(std::int64_t now_us) {
  if (since_us_ == 0) since_us_ = now_us;
  if (now_us - since_us_ < wait_us_) return false;
  since_us_ = now_us;
  wait_us_ = std::min(wait_us_ * 2, kWaitMaxUs);
  return true;
}

bool ResendClock::on_gap(std::uint64_t generation, std::int64_t now_us) {
  if (asked_ && generation <= asked_generation_) return due(now_us);
  asked_ = true;
  asked_generation_ = generation;
  since_us_ = now_us;
  return true;
}

bool ResendClock::on_silence(std::int64_t now_us) { return due(now_us); }

void ResendClock::on_progress(std::int64_t now_us) {
  since_us_ = now_us;
  wait_us_ = patience_us_;
  asked_ = false;
}

}  // namespace footfall::core
