// The last records written, in memory, so that the shipper reads back from disk only when it lags. Thread-safe; the
// lock is held for one copy of a record. Bounded by its ring.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "edge/log/log_reader.h"
#include "proto/base/thread_annotations.h"

namespace footfall::edge {

class RecentRecords {
 public:
  explicit RecentRecords(std::size_t bytes) : ring_(bytes) {}

  void push(std::uint64_t first, std::uint64_t last, std::int64_t written_us, std::string_view clicks);
  // As LogReader::read, for consecutive records up to `shippable`; false if `from` is not here.
  bool get(std::uint64_t from, std::uint64_t shippable, std::uint64_t clicks_max, std::uint64_t bytes_max,
           LogRun& run) const;
  void clear();

 private:
  struct Entry {
    std::uint64_t first;
    std::uint64_t last;
    std::int64_t written_us;
    std::size_t at;
    std::size_t length;
  };

  mutable Mutex mutex_;
  std::vector<char> ring_ FOOTFALL_GUARDED_BY(mutex_);
  std::size_t next_at_ FOOTFALL_GUARDED_BY(mutex_) = 0;
  std::deque<Entry> entries_ FOOTFALL_GUARDED_BY(mutex_);  // ascending
};

}  // namespace footfall::edge
