// The tracking limit of each public key, in one table that all workers of this process share, so that N is exact here.
// LimitSync adds what other edges have allowed, at most a second old.
//
// Threads: take() from any; the table's `shared` members from LimitSync's thread alone. Bounds: `keys_max` entries of
// 68 bytes, made at once. A key keeps its entry until the process ends; one that finds no room is not limited, counted
// by the table and said in the log.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "edge/limits/window.h"
#include "proto/base/metrics.h"
#include "proto/wire/ids.h"

namespace footfall::edge {

class KeyLimits {
 public:
  KeyLimits(std::size_t keys_max, Metrics& metrics);

  // One request of `key`; `per_minute` 0: no limit.
  LimitDecision take(wire::KeyId key, std::uint32_t per_minute, std::int64_t now_ms);

  // What LimitSync sees of one key whose window is open.
  struct Usage {
    std::size_t slot = 0;
    wire::KeyId key;
    Window window;
    std::uint32_t unshared = 0;  // of window.count, not added to the shared counter yet
  };
  void for_each_open(std::int64_t now_ms, const std::function<void(const Usage&)>& visit);

  // The shared counter took `added` of `usage`, and now stands at `total` in a window that ends at `end_ms`. `fresh`:
  // our addition has begun it.
  void shared(const Usage& usage, std::uint32_t added, std::uint64_t total, std::int64_t end_ms, bool fresh);
  // The addition may or may not have happened: counts as shared, so that we never hold our own requests against us.
  void assume_shared(const Usage& usage, std::uint32_t added);

 private:
  struct alignas(64) Slot {
    std::atomic<std::uint64_t> key{0};
    std::atomic<std::uint64_t> window{0};     // Window, packed
    std::atomic<std::uint64_t> elsewhere{0};  // the same form: what others had in the window of that end
    std::int64_t shared_end_ms = 0;           // LimitSync's: the window that `shared_count` belongs to
    std::uint32_t shared_count = 0;           // LimitSync's: of our count, what the shared counter has
  };
  Slot* find(std::uint64_t key);
  void note_used(std::size_t at);
  bool move_end(Slot& slot, std::int64_t from_ms, std::int64_t to_ms);

  const std::size_t capacity_;
  std::unique_ptr<Slot[]> slots_;
  // Where keys are, in the order in which they came, counted from 1; 0: about to be noted. Few keys are found by this
  // without a look at the whole table.
  std::unique_ptr<std::atomic<std::uint32_t>[]> used_;
  std::atomic<std::uint32_t> used_count_{0};
  Counter& not_tracked_;
};

}  // namespace footfall::edge
