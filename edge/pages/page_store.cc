#include "edge/pages/page_store.h"

namespace footfall::edge {

PageStore::PageStore() {
  versions_.push_back({std::make_unique<const Pages>()});
  current_.store(versions_.back().pages.get());
}

const PageStore& PageStore::built_in() {
  static const PageStore store;
  return store;
}

Result<void> PageStore::load(const std::string& folder, std::int64_t steady_us) {
  while (versions_.size() > 1 && versions_.front().replaced_us <= steady_us - kKept_us) versions_.pop_front();
  if (versions_.size() >= kVersionsMax) return invalid("pages were loaded too often within a minute");
  auto loaded = Pages::load(folder);
  if (!loaded) return Failure(loaded.error());
  versions_.back().replaced_us = steady_us;
  versions_.push_back({std::make_unique<const Pages>(std::move(*loaded))});
  current_.store(versions_.back().pages.get(), std::memory_order_release);
  return {};
}

}  // namespace footfall::edge
