// Three tables share one arena: campaigns by id, public keys by id and hash, links by id and by host and code. A
// look-up hashes the wanted key, walks the slots of that hash and compares each record that it finds with the key
// itself. A change packs an entity into a record (record.h) and hands it to its table.
#include "edge/directory/content.h"

#include <cstring>
#include <utility>

namespace footfall::edge {
namespace {

Key128 random_key() {
  Key128 key;
  random_bytes(key.data(), key.size());
  return key;
}

char fold(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// What a link is found by: folded code, NUL, host.
class LinkName {
 public:
  // False: longer than any link's.
  bool set(std::string_view host, std::string_view code) {
    if (code.empty() || code.size() > kCodeBytesMax || host.size() > kHostBytesMax) return false;
    for (std::size_t i = 0; i < code.size(); ++i) text_[i] = fold(code[i]);
    text_[code.size()] = '\0';
    std::memcpy(text_ + code.size() + 1, host.data(), host.size());
    code_size_ = code.size();
    size_ = code.size() + 1 + host.size();
    return true;
  }
  std::string_view code() const { return {text_, code_size_}; }
  std::uint64_t hash(const Key128& key) const { return siphash(key, {text_, size_}); }

 private:
  char text_[kCodeBytesMax + 1 + kHostBytesMax];
  std::size_t code_size_ = 0;
  std::size_t size_ = 0;
};

LinkRecord link_of(const char* record) {
  LinkRecord link;
  parse_link(record, kRecordBytesMax, link);
  return link;
}
KeyRecord key_of(const char* record) {
  KeyRecord key;
  parse_key(record, kRecordBytesMax, key);
  return key;
}
// The hash of a public key is as good as random, and nobody chooses it without knowing such a key.
std::uint64_t hash_of_digest(std::string_view digest) {
  std::uint64_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

}  // namespace

class DirectoryContent::LinkRecordKey : public RecordKey {
 public:
  LinkRecordKey(const Key128& key, const HostNames& hosts) : key_(key), hosts_(hosts) {}
  std::uint64_t hash(const char* record) const override {
    const LinkRecord link = link_of(record);
    LinkName name;
    name.set(hosts_.at(link.host), link.view.code);
    return name.hash(key_);
  }
  bool same(const char* a, const char* b) const override {
    const LinkRecord one = link_of(a);
    const LinkRecord other = link_of(b);
    return one.host == other.host && one.view.code == other.view.code;
  }

 private:
  const Key128& key_;
  const HostNames& hosts_;
};

class DirectoryContent::ApiKeyRecordKey : public RecordKey {
 public:
  std::uint64_t hash(const char* record) const override { return hash_of_digest(key_of(record).hash); }
  bool same(const char* a, const char* b) const override { return key_of(a).hash == key_of(b).hash; }
};

DirectoryContent::DirectoryContent()
    : hash_key_(random_key()),
      index_key_(std::make_unique<LinkRecordKey>(hash_key_, hosts_)),
      api_key_key_(std::make_unique<ApiKeyRecordKey>()),
      campaigns_(arena_, nullptr),
      keys_(arena_, api_key_key_.get()),
      links_(arena_, index_key_.get()) {}

DirectoryContent::~DirectoryContent() { delete secrets_.load(); }

std::optional<LinkView> DirectoryContent::find_link(std::string_view host, std::string_view code) const {
  LinkName name;
  if (!name.set(host, code)) return std::nullopt;
  LinkRecord link;
  const char* found = links_.find_key(name.hash(hash_key_), [&](const char* record) {
    __builtin_prefetch(record + 64);  // most records lie on two cache lines
    return parse_link(record, kRecordBytesMax, link) && link.view.code == name.code() && hosts_.at(link.host) == host;
  });
  if (found == nullptr) return std::nullopt;
  return link.view;
}

std::optional<CampaignView> DirectoryContent::find_campaign(wire::CampaignId id) const {
  const char* found = campaigns_.find_id(id.value);
  CampaignRecord campaign;
  if (found == nullptr || !parse_campaign(found, kRecordBytesMax, campaign) || campaign.head.deleted) {
    return std::nullopt;
  }
  return campaign.view;
}

std::optional<KeyView> DirectoryContent::find_key(const Digest256& hash) const {
  KeyRecord key;
  const std::string_view wanted = as_view(hash);
  const char* found = keys_.find_key(hash_of_digest(wanted), [&](const char* record) {
    return parse_key(record, kRecordBytesMax, key) && key.hash == wanted;
  });
  if (found == nullptr) return std::nullopt;
  return key.view;
}

std::optional<SecretsEntity> DirectoryContent::secrets() const {
  const SecretsEntity* secrets = secrets_.load();
  if (secrets == nullptr) return std::nullopt;
  return *secrets;
}

Applied DirectoryContent::apply(const DirectoryEntity& entity) {
  switch (entity.index()) {
    case 0:
      return apply_link(std::get<LinkEntity>(entity));
    case 1:
      return apply_campaign(std::get<CampaignEntity>(entity));
    case 2:
      return apply_key(std::get<KeyEntity>(entity));
    default:
      return apply_secrets(std::get<SecretsEntity>(entity));
  }
}

Applied DirectoryContent::apply_link(const LinkEntity& link) {
  if (link.deleted) {
    pack_tombstone(link.id, link.version, scratch_);
    return links_.put(scratch_);
  }
  const std::optional<std::uint32_t> host = hosts_.intern(link.host);
  if (!host || !pack_link(link, *host, scratch_)) return Applied::refused;
  return links_.put(scratch_);
}

Applied DirectoryContent::apply_campaign(const CampaignEntity& campaign) {
  if (campaign.deleted) {
    pack_tombstone(campaign.id, campaign.version, scratch_);
  } else if (!pack_campaign(campaign, scratch_)) {
    return Applied::refused;
  }
  return campaigns_.put(scratch_);
}

Applied DirectoryContent::apply_key(const KeyEntity& key) {
  if (key.deleted) {
    pack_tombstone(key.id, key.version, scratch_);
  } else if (!pack_key(key, scratch_)) {
    return Applied::refused;
  }
  return keys_.put(scratch_);
}

Applied DirectoryContent::apply_secrets(const SecretsEntity& secrets) {
  const SecretsEntity* old = secrets_.load();
  if (old != nullptr && secrets.version < old->version) return Applied::older;
  secrets_.store(new SecretsEntity(secrets));
  if (quiescence_ != nullptr && old != nullptr) {
    quiescence_->retire([old] { delete old; });
  } else {
    delete old;
  }
  return Applied::applied;
}

void DirectoryContent::start_serving(Quiescence& quiescence) {
  quiescence_ = &quiescence;
  campaigns_.start_serving(quiescence);
  keys_.start_serving(quiescence);
  links_.start_serving(quiescence);
}

std::size_t DirectoryContent::bytes() const {
  return arena_.bytes() + campaigns_.bytes() + keys_.bytes() + links_.bytes();
}

bool DirectoryContent::add_host(std::string_view name) {
  const std::size_t before = hosts_.size();
  return hosts_.intern(name).has_value() && hosts_.size() == before + 1;
}

const EntityTable& DirectoryContent::table(RecordKind kind) const {
  switch (kind) {
    case RecordKind::campaign:
      return campaigns_;
    case RecordKind::key:
      return keys_;
    default:
      return links_;
  }
}

void DirectoryContent::reserve(RecordKind kind, std::size_t records) { table(kind).reserve(records); }

bool DirectoryContent::is_valid_record(RecordKind kind, std::string_view record) const {
  if (kind == RecordKind::campaign) {
    CampaignRecord campaign;
    return parse_campaign(record.data(), record.size(), campaign) && campaign.head.size == record.size();
  }
  if (kind == RecordKind::key) {
    KeyRecord key;
    return parse_key(record.data(), record.size(), key) && key.head.size == record.size();
  }
  LinkRecord link;
  return parse_link(record.data(), record.size(), link) && link.head.size == record.size() &&
         link.host < hosts_.size() && link.view.code.size() <= kCodeBytesMax;
}

bool DirectoryContent::add_records(RecordKind kind, std::span<const std::string_view> records) {
  for (const std::string_view record : records) {
    if (!is_valid_record(kind, record)) return false;
  }
  return table(kind).put_all(records);
}

}  // namespace footfall::edge
