// Counts durations in buckets whose width grows with the value: less than 1 % wide at any size, from a nanosecond to an
// hour, in 60 KiB. One thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace footfall::loadtest {

class Histogram {
 public:
  void add(std::int64_t ns) {
    ns = std::clamp<std::int64_t>(ns, 0, kMaxNs);
    ++buckets_[bucket_of(static_cast<std::uint64_t>(ns))];
    ++count_;
    sum_ns_ += ns;
    max_ns_ = std::max(max_ns_, ns);
  }

  void clear() { *this = Histogram(); }
  std::uint64_t count() const { return count_; }
  std::int64_t max_ns() const { return max_ns_; }
  double mean_ns() const { return count_ == 0 ? 0 : static_cast<double>(sum_ns_) / static_cast<double>(count_); }

  // The smallest duration that is not below a share of `share` (0 to 1) of all.
  std::int64_t at_share(double share) const {
    const auto rank = static_cast<std::uint64_t>(share * static_cast<double>(count_) + 0.5);
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
      seen += buckets_[bucket];
      if (seen >= std::max<std::uint64_t>(rank, 1)) return std::min(upper_end(bucket), max_ns_);
    }
    return max_ns_;
  }

 private:
  static constexpr unsigned kFineBits = 7;  // buckets to a doubling: 128
  static constexpr std::int64_t kMaxNs = 3'600'000'000'000;
  static constexpr std::size_t kBuckets = (64 - kFineBits) << kFineBits;

  static std::size_t bucket_of(std::uint64_t value) {
    if (value < (2u << kFineBits)) return value;
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - kFineBits - 1;
    return (static_cast<std::size_t>(shift) << kFineBits) + (value >> shift);
  }
  static std::int64_t upper_end(std::size_t bucket) {
    if (bucket < (2u << kFineBits)) return static_cast<std::int64_t>(bucket);
    const std::size_t shift = (bucket >> kFineBits) - 1;
    const std::size_t fine = bucket - (shift << kFineBits);
    return static_cast<std::int64_t>(((fine + 1) << shift) - 1);
  }

  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::int64_t sum_ns_ = 0;
  std::int64_t max_ns_ = 0;
};

}  // namespace footfall::loadtest
