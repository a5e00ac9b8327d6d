// Sizes are rounded up to classes. Up to 32 units each number of units has a free list of its own; above, there are
// four classes to a power of two. A block's units follow from its size alone, so no block carries a header. An
// allocation takes from the list of its class, else from the next larger class that has a block (and frees the rest),
// else from the end of the last chunk.
#include "edge/directory/arena.h"

#include <sys/mman.h>

#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>

#include "edge/directory/record.h"
#include "proto/base/result.h"

namespace footfall::edge {
namespace {

constexpr std::size_t kExact = 32;
constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;

std::uint32_t units_of_class(std::size_t size_class) {
  if (size_class < kExact) return static_cast<std::uint32_t>(size_class + 1);
  const std::size_t step = size_class - kExact;
  const std::size_t base = kExact << (step / 4);
  return static_cast<std::uint32_t>(base + base / 4 * (step % 4 + 1));
}

// The smallest class that holds `units`.
std::size_t class_above(std::uint32_t units) {
  if (units <= kExact) return units - 1;
  const auto doublings = static_cast<std::size_t>(std::bit_width((units - 1) / kExact)) - 1;
  const std::size_t quarter = (kExact << doublings) / 4;
  return kExact + doublings * 4 + (units - 1 - (kExact << doublings)) / quarter;
}

// The largest class that fits into `units`.
std::size_t class_below(std::uint32_t units) {
  const std::size_t above = class_above(units);
  return units_of_class(above) == units ? above : above - 1;
}

std::uint32_t units_for(std::size_t size) {
  return static_cast<std::uint32_t>((size + RecordArena::kUnitBytes - 1) / RecordArena::kUnitBytes);
}

}  // namespace

static_assert(kRecordBytesMax < RecordArena::kChunkBytes, "a record fits into a chunk");

RecordArena::RecordArena() : chunks_(new std::atomic<char*>[kChunksMax]()) {}

RecordArena::~RecordArena() {
  for (std::size_t i = 0; i < chunk_count_; ++i) std::free(chunks_[i].load(std::memory_order_relaxed));
}

std::uint32_t RecordArena::allocate(std::size_t size) {
  if (size == 0 || size > kRecordBytesMax) return 0;
  const std::size_t size_class = class_above(units_for(size));
  if (const std::uint32_t found = take_free(size_class); found != 0) return found;
  return take_fresh(units_of_class(size_class));
}

void RecordArena::free(std::uint32_t offset, std::size_t size) {
  FOOTFALL_CHECK(offset != 0 && size != 0 && size <= kRecordBytesMax);
  put_free(offset, units_of_class(class_above(units_for(size))));
}

std::uint32_t RecordArena::take_free(std::size_t size_class) {
  const std::uint64_t fitting = nonempty_ & (~std::uint64_t{0} << size_class);
  if (fitting == 0) return 0;
  const auto found = static_cast<std::size_t>(std::countr_zero(fitting));
  const std::uint32_t offset = free_[found];
  std::memcpy(&free_[found], at(offset), sizeof(std::uint32_t));
  if (free_[found] == 0) nonempty_ &= ~(std::uint64_t{1} << found);
  const std::uint32_t units = units_of_class(found);
  const std::uint32_t wanted = units_of_class(size_class);
  free_units_ -= units;
  if (units > wanted) put_free(offset + wanted, units - wanted);
  return offset;
}

void RecordArena::put_free(std::uint32_t offset, std::uint32_t units) {
  while (units != 0) {
    const std::size_t size_class = class_below(units);
    const std::uint32_t part = units_of_class(size_class);
    std::memcpy(at(offset), &free_[size_class], sizeof(std::uint32_t));
    free_[size_class] = offset;
    nonempty_ |= std::uint64_t{1} << size_class;
    free_units_ += part;
    offset += part;
    units -= part;
  }
}

std::uint32_t RecordArena::take_fresh(std::uint32_t units) {
  const std::uint64_t end = std::uint64_t{chunk_count_} * kChunkUnits;
  if (next_ + std::uint64_t{units} > end || chunk_count_ == 0) {
    if (chunk_count_ == kChunksMax) return 0;
    if (chunk_count_ != 0 && next_ < end) put_free(next_, static_cast<std::uint32_t>(end - next_));
    auto* chunk = static_cast<char*>(std::aligned_alloc(kHugePageBytes, kChunkBytes));
    if (chunk == nullptr) throw std::bad_alloc();
    // With small pages a look-up among millions of links pays for page walks; a directory that fits the first chunk
    // would only waste a large one. Advice: its result is no matter.
    if (chunk_count_ != 0) madvise(chunk, kChunkBytes, MADV_HUGEPAGE);
    chunks_[chunk_count_].store(chunk, std::memory_order_relaxed);
    next_ = chunk_count_ == 0 ? 1 : static_cast<std::uint32_t>(chunk_count_ * kChunkUnits);
    ++chunk_count_;
  }
  const std::uint32_t offset = next_;
  next_ += units;
  return offset;
}

}  // namespace footfall::edge
