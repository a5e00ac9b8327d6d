// Memory for records: chunks that are never moved, cut into blocks of multiples of 8 bytes, with a list of free blocks
// for each size. A block is named by an offset of 32 bits in units of 8 bytes.
//
// One writer allocates and frees; at() is safe on any thread for a block that was published to it. What is freed is
// reused at once, so the caller frees only what no reader can see (Quiescence).
//
// Bounds: 32 GiB; rounding up wastes at most 7 bytes a block, and above 256 bytes at most a quarter. An empty list
// takes from the next larger block, so that changing sizes do not grow the arena without end; blocks are not joined
// again before the next full load.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace footfall::edge {

class RecordArena {
 public:
  static constexpr std::size_t kUnitBytes = 8;
  static constexpr std::size_t kChunkBytes = std::size_t{4} << 20;

  RecordArena();
  ~RecordArena();
  RecordArena(const RecordArena&) = delete;
  RecordArena& operator=(const RecordArena&) = delete;

  // 0: `size` is over kRecordBytesMax, or the arena is full.
  std::uint32_t allocate(std::size_t size);
  void free(std::uint32_t offset, std::size_t size);  // `size` as allocated

  char* at(std::uint32_t offset) const {
    return chunks_[offset / kChunkUnits].load(std::memory_order_relaxed) + offset % kChunkUnits * kUnitBytes;
  }
  std::size_t bytes() const { return chunk_count_ * kChunkBytes; }     // taken from the system
  std::size_t free_bytes() const { return free_units_ * kUnitBytes; }  // of these, on free lists

 private:
  static constexpr std::uint32_t kChunkUnits = kChunkBytes / kUnitBytes;
  static constexpr std::size_t kChunksMax = (std::uint64_t{1} << 32) / kChunkUnits - 1;  // next_ never wraps
  static constexpr std::size_t kClasses = 64;

  std::uint32_t take_free(std::size_t size_class);
  std::uint32_t take_fresh(std::uint32_t units);
  void put_free(std::uint32_t offset, std::uint32_t units);

  std::unique_ptr<std::atomic<char*>[]> chunks_;
  std::size_t chunk_count_ = 0;
  std::uint32_t next_ = 1;  // first unit never handed out; unit 0 is nobody's
  std::uint64_t free_units_ = 0;
  std::array<std::uint32_t, kClasses> free_{};  // head of each list; the next one's offset lies in the block
  std::uint64_t nonempty_ = 0;                  // bit per list
};

}  // namespace footfall::edge
