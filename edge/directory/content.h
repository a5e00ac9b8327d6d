// The whole directory of one full load: records, tables, host names, secrets. Built by one writer out of sight, then
// served, and changed in place while readers look (store.h).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "edge/directory/arena.h"
#include "edge/directory/directory.h"
#include "edge/directory/entity.h"
#include "edge/directory/entity_table.h"
#include "edge/directory/host_names.h"

namespace footfall::edge {

enum class RecordKind : std::uint8_t { campaign = 0, key = 1, link = 2 };

class DirectoryContent {
 public:
  DirectoryContent();
  ~DirectoryContent();
  DirectoryContent(const DirectoryContent&) = delete;
  DirectoryContent& operator=(const DirectoryContent&) = delete;

  // Readers; see DirectoryReader.
  std::optional<LinkView> find_link(std::string_view host, std::string_view code) const;
  std::optional<CampaignView> find_campaign(wire::CampaignId id) const;
  std::optional<KeyView> find_key(const Digest256& hash) const;
  std::optional<SecretsEntity> secrets() const;

  // The writer.
  Applied apply(const DirectoryEntity& entity);
  void start_serving(Quiescence& quiescence);
  std::size_t links() const { return links_.live(); }
  std::size_t bytes() const;

  // For snapshots. Hosts before links; records as they lie in memory.
  const HostNames& hosts() const { return hosts_; }
  bool add_host(std::string_view name);  // false: no room, or not new (indexes must come out as they went in)
  const EntityTable& table(RecordKind kind) const;
  void reserve(RecordKind kind, std::size_t records);
  // Copies; false if a record is malformed or names an unknown host.
  bool add_records(RecordKind kind, std::span<const std::string_view> records);

 private:
  Applied apply_link(const LinkEntity& link);
  Applied apply_campaign(const CampaignEntity& campaign);
  Applied apply_key(const KeyEntity& key);
  Applied apply_secrets(const SecretsEntity& secrets);
  EntityTable& table(RecordKind kind) { return const_cast<EntityTable&>(std::as_const(*this).table(kind)); }
  bool is_valid_record(RecordKind kind, std::string_view record) const;

  class LinkRecordKey;
  class ApiKeyRecordKey;

  const Key128 hash_key_;  // random: codes are chosen by strangers
  RecordArena arena_;
  HostNames hosts_;
  std::unique_ptr<LinkRecordKey> index_key_;
  std::unique_ptr<ApiKeyRecordKey> api_key_key_;
  EntityTable campaigns_;
  EntityTable keys_;
  EntityTable links_;
  std::atomic<const SecretsEntity*> secrets_{nullptr};
  Quiescence* quiescence_ = nullptr;
  std::string scratch_;
};

}  // namespace footfall::edge
