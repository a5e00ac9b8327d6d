#include "edge/log/recent_records.h"

#include <algorithm>
#include <cstring>

namespace footfall::edge {

// Records lie whole in the ring: one that would pass its end starts again at the front, and the oldest make way.
void RecentRecords::push(std::uint64_t first, std::uint64_t last, std::int64_t written_us, std::string_view clicks) {
  const MutexLock lock(mutex_);
  if (clicks.size() > ring_.size()) {
    entries_.clear();
    return;
  }
  if (next_at_ + clicks.size() > ring_.size()) {
    while (!entries_.empty() && entries_.front().at >= next_at_) entries_.pop_front();
    next_at_ = 0;
  }
  const std::size_t end = next_at_ + clicks.size();
  while (!entries_.empty() && entries_.front().at < end && entries_.front().at + entries_.front().length > next_at_) {
    entries_.pop_front();
  }
  std::memcpy(ring_.data() + next_at_, clicks.data(), clicks.size());
  entries_.push_back({first, last, written_us, next_at_, clicks.size()});
  next_at_ = end;
}

bool RecentRecords::get(std::uint64_t from, std::uint64_t shippable, std::uint64_t clicks_max, std::uint64_t bytes_max,
                        LogRun& run) const {
  const MutexLock lock(mutex_);
  auto entry = std::lower_bound(entries_.begin(), entries_.end(), from,
                                [](const Entry& candidate, std::uint64_t number) { return candidate.last < number; });
  if (entry == entries_.end() || entry->first > from || entry->last > shippable) return false;
  run.first = entry->first;
  run.written_us = entry->written_us;
  for (; entry != entries_.end() && entry->last <= shippable; ++entry) {
    const bool is_first = entry->first == run.first;
    if (!is_first && (entry->first != run.last + 1 || entry->last - run.first + 1 > clicks_max ||
                      run.clicks.size() + entry->length > bytes_max)) {
      break;
    }
    run.clicks.append(ring_.data() + entry->at, entry->length);
    run.last = entry->last;
  }
  return true;
}

void RecentRecords::clear() {
  const MutexLock lock(mutex_);
  entries_.clear();
}

}  // namespace footfall::edge
