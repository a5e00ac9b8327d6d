// Short-link hosts, each kept once; links hold an index. Names are only ever added, until the next full load.
//
// at() is safe on any thread for an index that came with a published record; the rest is the writer's. Bounds: kMax
// names of at most kHostBytesMax bytes.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace footfall::edge {

class HostNames {
 public:
  static constexpr std::size_t kMax = std::size_t{1} << 20;

  HostNames() = default;
  ~HostNames();
  HostNames(const HostNames&) = delete;
  HostNames& operator=(const HostNames&) = delete;

  std::string_view at(std::uint32_t index) const {
    return segments_[index / kSegment].load(std::memory_order_relaxed)[index % kSegment];
  }
  std::optional<std::uint32_t> intern(std::string_view name);  // none: too long, or kMax reached
  std::size_t size() const { return size_.load(std::memory_order_acquire); }

 private:
  static constexpr std::size_t kSegment = 1024;

  std::array<std::atomic<std::string*>, kMax / kSegment> segments_{};
  std::atomic<std::size_t> size_{0};
  std::unordered_map<std::string_view, std::uint32_t> index_;
};

}  // namespace footfall::edge
