// An open hash table whose entries never move and never leave: a reader needs no lock, and two workers that meet on a
// key meet on one atomic word. Everything about the window is in that word, so the limit is exact whatever the order.
#include "edge/limits/key_limits.h"

#include <algorithm>

#include "proto/base/logging.h"
#include "proto/base/result.h"

namespace footfall::edge {
namespace {

constexpr std::size_t kProbesMax = 64;

// Key ids come from our own database, one after another: any mixing will do.
std::size_t scatter(std::uint64_t key) { return static_cast<std::size_t>((key * 0x9E37'79B9'7F4A'7C15u) >> 20); }

}  // namespace

KeyLimits::KeyLimits(std::size_t keys_max, Metrics& metrics)
    : capacity_(keys_max),
      slots_(std::make_unique<Slot[]>(keys_max)),
      used_(std::make_unique<std::atomic<std::uint32_t>[]>(keys_max)),
      not_tracked_(metrics.counter("footfall_edge_limit_untracked_total",
                                   "Requests of public keys that found no room in the table of limits")) {
  FOOTFALL_CHECK(keys_max > 0);
}

KeyLimits::Slot* KeyLimits::find(std::uint64_t key) {
  const std::size_t probes = std::min(kProbesMax, capacity_);
  for (std::size_t i = 0, at = scatter(key) % capacity_; i < probes; ++i, at = (at + 1) % capacity_) {
    Slot& slot = slots_[at];
    std::uint64_t holder = slot.key.load(std::memory_order_relaxed);
    if (holder == 0 && slot.key.compare_exchange_strong(holder, key, std::memory_order_relaxed)) {
      note_used(at);
      return &slot;
    }
    if (holder == key) return &slot;
  }
  return nullptr;
}

// Once for each slot, so there is room for all.
void KeyLimits::note_used(std::size_t at) {
  const std::uint32_t place = used_count_.fetch_add(1, std::memory_order_relaxed);
  used_[place].store(static_cast<std::uint32_t>(at) + 1, std::memory_order_release);
}

LimitDecision KeyLimits::take(wire::KeyId key, std::uint32_t per_minute, std::int64_t now_ms) {
  if (per_minute == 0) return {};
  Slot* slot = find(key.value);
  if (slot == nullptr) {
    not_tracked_.add();
    log_warn_limited("limits.table.full", {{"keys_max", std::uint64_t{capacity_}}});
    return {};
  }
  std::uint64_t bits = slot->window.load(std::memory_order_relaxed);
  while (true) {
    const Window window = Window::unpacked(bits);
    const Window others = Window::unpacked(slot->elsewhere.load(std::memory_order_relaxed));
    const std::uint32_t elsewhere = others.end_ms == window.end_ms ? others.count : 0;
    const WindowStep result = step(window, elsewhere, per_minute, now_ms);
    if (!result.decision.allowed) return result.decision;
    if (slot->window.compare_exchange_weak(bits, result.next.packed(), std::memory_order_relaxed)) {
      return result.decision;
    }
  }
}

void KeyLimits::for_each_open(std::int64_t now_ms, const std::function<void(const Usage&)>& visit) {
  const std::uint32_t used = used_count_.load(std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < used; ++i) {
    const std::uint32_t place = used_[i].load(std::memory_order_acquire);
    if (place == 0) continue;
    const std::size_t at = place - 1;
    Slot& slot = slots_[at];
    const std::uint64_t key = slot.key.load(std::memory_order_relaxed);
    const Window window = Window::unpacked(slot.window.load(std::memory_order_relaxed));
    if (window.has_expired(now_ms)) continue;
    if (slot.shared_end_ms != window.end_ms) {
      slot.shared_end_ms = window.end_ms;
      slot.shared_count = 0;
    }
    visit({at, wire::KeyId{key}, window, window.count - std::min(window.count, slot.shared_count)});
  }
}

bool KeyLimits::move_end(Slot& slot, std::int64_t from_ms, std::int64_t to_ms) {
  std::uint64_t bits = slot.window.load(std::memory_order_relaxed);
  while (true) {
    Window window = Window::unpacked(bits);
    if (window.end_ms != from_ms) return false;
    window.end_ms = to_ms;
    if (slot.window.compare_exchange_weak(bits, window.packed(), std::memory_order_relaxed)) return true;
  }
}

void KeyLimits::shared(const Usage& usage, std::uint32_t added, std::uint64_t total, std::int64_t end_ms, bool fresh) {
  Slot& slot = slots_[usage.slot];
  const std::int64_t window_end_ms = fresh ? usage.window.end_ms : end_ms;
  if (!fresh && slot.shared_count == 0 && window_end_ms != usage.window.end_ms) {
    // Another edge began this window before we first shared ours: join it, so that both end together.
    if (!move_end(slot, usage.window.end_ms, window_end_ms)) return;
    slot.shared_end_ms = window_end_ms;
  }
  slot.shared_count = fresh ? added : slot.shared_count + added;
  const std::uint64_t others = total - std::min<std::uint64_t>(total, slot.shared_count);
  const Window elsewhere{slot.shared_end_ms, static_cast<std::uint32_t>(std::min<std::uint64_t>(others, kCountMax))};
  slot.elsewhere.store(elsewhere.packed(), std::memory_order_relaxed);
}

void KeyLimits::assume_shared(const Usage& usage, std::uint32_t added) { slots_[usage.slot].shared_count += added; }

}  // namespace footfall::edge
