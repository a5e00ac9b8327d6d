// An open-addressing table from a hash to records of the arena. A slot is one atomic word: the upper half of the hash
// (the mark) and the record's offset. Readers probe without locks while one writer inserts, replaces and erases.
//
// A slot's place follows from the mark alone and in its order, so growing copies the old slots in sequence without
// looking at a record. Marks are 32 bits; what is found must still be compared by the caller's `match`.
//
// Bounds: between 60 and 80 % full once grown, so 10 to 13.3 bytes an entry; while growing old and new exist together.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace footfall::edge {

class SlotTable {
 public:
  // Slots as readers see them. After growth the old ones stay valid, and unchanged, until the caller frees them.
  class Slots {
   public:
    explicit Slots(std::size_t capacity);
    ~Slots();
    Slots(const Slots&) = delete;
    Slots& operator=(const Slots&) = delete;
    std::size_t capacity() const { return capacity_; }
    // 0: free.
    std::uint32_t offset(std::size_t i) const { return static_cast<std::uint32_t>(slots_[i].load()); }

   private:
    friend class SlotTable;
    std::size_t capacity_;
    std::size_t mapped_bytes_;
    std::atomic<std::uint64_t>* slots_;
  };

  SlotTable() : slots_(new Slots(kCapacityMin)) {}
  ~SlotTable() { delete slots_.load(); }
  SlotTable(const SlotTable&) = delete;
  SlotTable& operator=(const SlotTable&) = delete;

  // Readers. The offset of the record that has this hash and for which match(offset) holds, else 0.
  template <typename Match>
  std::uint32_t find(std::uint64_t hash, Match match) const {
    const Slots& slots = *slots_.load();
    const std::uint64_t mark = hash >> 32;
    for (std::size_t i = place(mark, slots.capacity_);;) {
      const std::uint64_t slot = slots.slots_[i].load();
      if (slot == kEmpty) return 0;
      const auto offset = static_cast<std::uint32_t>(slot);
      if (slot >> 32 == mark && offset != 0 && match(offset)) return offset;
      if (++i == slots.capacity_) i = 0;
    }
  }
  void prefetch(std::uint64_t hash) const {
    const Slots& slots = *slots_.load();
    __builtin_prefetch(&slots.slots_[place(hash >> 32, slots.capacity_)]);
  }
  const Slots& slots() const { return *slots_.load(); }

  // The writer. Before insert(): makes room for `more` entries; returns the old slots, if they had to grow, to be freed
  // once no reader sees them.
  [[nodiscard]] std::unique_ptr<Slots> reserve(std::size_t more);
  void insert(std::uint64_t hash, std::uint32_t offset);  // not in the table yet
  // By hash and offset; false if that pair is not there.
  bool replace(std::uint64_t hash, std::uint32_t offset, std::uint32_t by);
  bool erase(std::uint64_t hash, std::uint32_t offset);
  bool contains(std::uint64_t hash, std::uint32_t offset) const {
    return find(hash, [offset](std::uint32_t found) { return found == offset; }) != 0;
  }
  std::size_t size() const { return live_; }
  std::size_t bytes() const { return slots_.load()->mapped_bytes_; }

 private:
  static constexpr std::size_t kCapacityMin = 64;
  static constexpr std::size_t kCapacityMax = std::size_t{1} << 32;
  static constexpr std::uint64_t kEmpty = 0;
  static constexpr std::uint64_t kErased = std::uint64_t{0xFFFFFFFF} << 32;  // probing goes on past it

  static std::size_t place(std::uint64_t mark, std::size_t capacity) { return (mark * capacity) >> 32; }
  static std::size_t capacity_for(std::size_t entries) {
    return std::clamp(entries * 5 / 3 + 1, kCapacityMin, kCapacityMax);
  }
  std::size_t find_slot(std::uint64_t hash, std::uint32_t offset) const;  // capacity() if absent

  std::atomic<Slots*> slots_;
  std::size_t live_ = 0;
  std::size_t used_ = 0;  // live and erased
};

}  // namespace footfall::edge
