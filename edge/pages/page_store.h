// The pages of the moment. Another thread may put new ones in their place while workers serve: they take no lock, and
// what was replaced is kept for a minute, which is far longer than any request is being answered.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "edge/pages/pages.h"

namespace footfall::edge {

class PageStore {
 public:
  static constexpr std::size_t kVersionsMax = 8;  // loaded within a minute; beyond, loading is refused
  static constexpr std::int64_t kKept_us = 60'000'000;

  PageStore();  // ours alone
  static const PageStore& built_in();

  // Any thread. Valid until the request is answered.
  const Pages& current() const { return *current_.load(std::memory_order_acquire); }
  // One thread at a time. What is there stays when the folder's cannot be used.
  Result<void> load(const std::string& folder, std::int64_t steady_us);

 private:
  struct Version {
    std::unique_ptr<const Pages> pages;
    std::int64_t replaced_us = 0;
  };
  std::deque<Version> versions_;  // the newest last
  std::atomic<const Pages*> current_;
};

}  // namespace footfall::edge
