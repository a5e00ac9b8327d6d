// The directory in memory. Any number of pinned readers look up without locks; one writer at a time (the follower's
// thread) applies changes in place and, after a full load, swaps the whole content at once, so that no reader ever sees
// an empty or partial directory.
//
// Memory that a reader may still see is retired and reused only after every worker has unpinned since (Quiescence).
// Bounds: see directory.h; while a full load is under way, old and new content exist side by side.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

#include "edge/directory/directory.h"
#include "edge/directory/entity.h"
#include "edge/directory/quiescence.h"

namespace footfall::edge {

class DirectoryContent;
enum class Applied : std::uint8_t;

class DirectoryStore : public DirectoryReader {
 public:
  explicit DirectoryStore(unsigned workers);  // one is added for the thread that saves snapshots
  ~DirectoryStore() override;
  DirectoryStore(const DirectoryStore&) = delete;
  DirectoryStore& operator=(const DirectoryStore&) = delete;

  // Readers: on a pinned worker.
  std::optional<LinkView> find_link(std::string_view host, std::string_view code) const override;
  std::optional<CampaignView> find_campaign(wire::CampaignId id) const override;
  std::optional<KeyView> find_key(const Digest256& hash) const override;
  SecretsView secrets() const override;
  VisitorSalts salts() const;
  bool loaded() const override { return content_.load() != nullptr; }
  void pin(unsigned worker) const override { quiescence_.pin(worker); }
  void unpin(unsigned worker) const override { quiescence_.unpin(worker); }

  // The writer. Applies one entity to the content that is being served; there must be one.
  Applied apply(const DirectoryEntity& entity);
  void set_salts(const VisitorSalts& salts);  // whether or not there is content
  // Serves `content` from now on; the old one is retired.
  void replace(std::unique_ptr<DirectoryContent> content);
  // Frees what no reader can see any more; cheap when there is nothing. Called by the writer now and then.
  void reclaim();

  // The saver's own worker number, and what it reads while pinned (null: nothing loaded).
  unsigned saver() const { return saver_; }
  const DirectoryContent* content() const { return content_.load(); }

  // Thread-safe.
  std::uint64_t links() const { return links_.load(std::memory_order_relaxed); }
  std::uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  void publish_sizes();

  const unsigned saver_;
  mutable Quiescence quiescence_;
  std::atomic<DirectoryContent*> content_{nullptr};
  std::atomic<const VisitorSalts*> salts_{nullptr};
  std::atomic<std::uint64_t> links_{0};
  std::atomic<std::uint64_t> bytes_{0};
};

}  // namespace footfall::edge
