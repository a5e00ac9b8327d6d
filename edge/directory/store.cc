#include "edge/directory/store.h"

#include <utility>

#include "edge/directory/content.h"
#include "proto/base/result.h"

namespace footfall::edge {

DirectoryStore::DirectoryStore(unsigned workers) : saver_(workers), quiescence_(workers + 1) {}

DirectoryStore::~DirectoryStore() {
  quiescence_.drain();
  delete content_.load();
  delete salts_.load();
}

std::optional<LinkView> DirectoryStore::find_link(std::string_view host, std::string_view code) const {
  const DirectoryContent* content = content_.load();
  if (content == nullptr) return std::nullopt;
  return content->find_link(host, code);
}

std::optional<CampaignView> DirectoryStore::find_campaign(wire::CampaignId id) const {
  const DirectoryContent* content = content_.load();
  if (content == nullptr) return std::nullopt;
  return content->find_campaign(id);
}

std::optional<KeyView> DirectoryStore::find_key(const Digest256& hash) const {
  const DirectoryContent* content = content_.load();
  if (content == nullptr) return std::nullopt;
  return content->find_key(hash);
}

SecretsView DirectoryStore::secrets() const {
  const DirectoryContent* content = content_.load();
  if (content == nullptr) return {};
  const std::optional<SecretsEntity> secrets = content->secrets();
  return secrets ? SecretsView{secrets->keys.tag_key, secrets->keys.draw_key, salts()} : SecretsView{};
}

VisitorSalts DirectoryStore::salts() const {
  const VisitorSalts* salts = salts_.load();
  return salts == nullptr ? VisitorSalts() : *salts;
}

void DirectoryStore::set_salts(const VisitorSalts& salts) {
  const VisitorSalts* old = salts_.exchange(new VisitorSalts(salts));
  if (old != nullptr) quiescence_.retire([old] { delete old; });
}

Applied DirectoryStore::apply(const DirectoryEntity& entity) {
  DirectoryContent* content = content_.load(std::memory_order_relaxed);
  FOOTFALL_CHECK(content != nullptr);
  const Applied applied = content->apply(entity);
  publish_sizes();
  return applied;
}

void DirectoryStore::replace(std::unique_ptr<DirectoryContent> content) {
  FOOTFALL_CHECK(content != nullptr);
  content->start_serving(quiescence_);
  // What the old content retired lies before it in the queue, so it is freed while the content still stands.
  DirectoryContent* old = content_.exchange(content.release());
  if (old != nullptr) quiescence_.retire([old] { delete old; });
  publish_sizes();
  reclaim();
}

void DirectoryStore::reclaim() { quiescence_.reclaim(); }

void DirectoryStore::publish_sizes() {
  const DirectoryContent* content = content_.load(std::memory_order_relaxed);
  links_.store(content->links(), std::memory_order_relaxed);
  bytes_.store(content->bytes(), std::memory_order_relaxed);
}

}  // namespace footfall::edge
