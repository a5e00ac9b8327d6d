#include "edge/directory/host_names.h"

#include "edge/directory/record.h"

namespace footfall::edge {

HostNames::~HostNames() {
  for (const std::atomic<std::string*>& segment : segments_) delete[] segment.load(std::memory_order_relaxed);
}

std::optional<std::uint32_t> HostNames::intern(std::string_view name) {
  if (const auto found = index_.find(name); found != index_.end()) return found->second;
  const std::size_t index = size();
  if (name.size() > kHostBytesMax || index == kMax) return std::nullopt;
  std::atomic<std::string*>& segment = segments_[index / kSegment];
  if (index % kSegment == 0) segment.store(new std::string[kSegment], std::memory_order_relaxed);
  std::string& kept = segment.load(std::memory_order_relaxed)[index % kSegment];
  kept = name;
  index_.emplace(kept, static_cast<std::uint32_t>(index));
  size_.store(index + 1, std::memory_order_release);
  return static_cast<std::uint32_t>(index);
}

}  // namespace footfall::edge
