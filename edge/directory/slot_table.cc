#include "edge/directory/slot_table.h"

#include <sys/mman.h>

#include <new>

#include "proto/base/result.h"

namespace footfall::edge {

// Straight from the kernel: zeroed pages that cost nothing before they are used, and go back whole when freed.
SlotTable::Slots::Slots(std::size_t capacity)
    : capacity_(capacity), mapped_bytes_(capacity * sizeof(std::atomic<std::uint64_t>)) {
  void* memory = mmap(nullptr, mapped_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  madvise(memory, mapped_bytes_, MADV_HUGEPAGE);
  slots_ = static_cast<std::atomic<std::uint64_t>*>(memory);
}

SlotTable::Slots::~Slots() { munmap(slots_, mapped_bytes_); }

std::unique_ptr<SlotTable::Slots> SlotTable::reserve(std::size_t more) {
  Slots* old = slots_.load(std::memory_order_relaxed);
  if ((used_ + more) * 5 <= old->capacity_ * 4) return nullptr;
  auto grown = std::make_unique<Slots>(capacity_for(live_ + more));
  FOOTFALL_CHECK((live_ + more) * 5 <= grown->capacity_ * 4);
  for (std::size_t i = 0; i < old->capacity_; ++i) {
    const std::uint64_t slot = old->slots_[i].load(std::memory_order_relaxed);
    if (static_cast<std::uint32_t>(slot) == 0) continue;
    std::size_t to = place(slot >> 32, grown->capacity_);
    while (grown->slots_[to].load(std::memory_order_relaxed) != kEmpty) {
      if (++to == grown->capacity_) to = 0;
    }
    grown->slots_[to].store(slot, std::memory_order_relaxed);
  }
  used_ = live_;
  slots_.store(grown.release());
  return std::unique_ptr<Slots>(old);
}

void SlotTable::insert(std::uint64_t hash, std::uint32_t offset) {
  Slots& slots = *slots_.load(std::memory_order_relaxed);
  FOOTFALL_CHECK(offset != 0 && used_ < slots.capacity_ - 1);
  std::size_t i = place(hash >> 32, slots.capacity_);
  for (;;) {
    const std::uint64_t slot = slots.slots_[i].load(std::memory_order_relaxed);
    if (static_cast<std::uint32_t>(slot) == 0) {
      if (slot == kEmpty) ++used_;
      break;
    }
    if (++i == slots.capacity_) i = 0;
  }
  slots.slots_[i].store((hash >> 32 << 32) | offset);
  ++live_;
}

std::size_t SlotTable::find_slot(std::uint64_t hash, std::uint32_t offset) const {
  const Slots& slots = *slots_.load(std::memory_order_relaxed);
  const std::uint64_t wanted = (hash >> 32 << 32) | offset;
  for (std::size_t i = place(hash >> 32, slots.capacity_);;) {
    const std::uint64_t slot = slots.slots_[i].load(std::memory_order_relaxed);
    if (slot == wanted) return i;
    if (slot == kEmpty) return slots.capacity_;
    if (++i == slots.capacity_) i = 0;
  }
}

bool SlotTable::replace(std::uint64_t hash, std::uint32_t offset, std::uint32_t by) {
  Slots& slots = *slots_.load(std::memory_order_relaxed);
  const std::size_t i = find_slot(hash, offset);
  if (i == slots.capacity_) return false;
  slots.slots_[i].store((hash >> 32 << 32) | by);
  return true;
}

bool SlotTable::erase(std::uint64_t hash, std::uint32_t offset) {
  Slots& slots = *slots_.load(std::memory_order_relaxed);
  std::size_t i = find_slot(hash, offset);
  if (i == slots.capacity_) return false;
  slots.slots_[i].store(kErased);
  --live_;
  // At the end of a run nobody has to probe past erased slots: they become empty again, so churn does not fill the
  // table. A reader that sees one of them empty stops where nothing lay beyond.
  const std::size_t next = i + 1 == slots.capacity_ ? 0 : i + 1;
  if (slots.slots_[next].load(std::memory_order_relaxed) != kEmpty) return true;
  while (slots.slots_[i].load(std::memory_order_relaxed) == kErased) {
    slots.slots_[i].store(kEmpty);
    --used_;
    i = i == 0 ? slots.capacity_ - 1 : i - 1;
  }
  return true;
}

}  // namespace footfall::edge
