// The whole of links, campaigns and public keys in memory. Readers never lock: a worker pins the directory for the
// length of a few requests and looks up; the one follower thread applies changes in place, and memory that a reader
// might still see is freed once every worker has unpinned since.
//
// Bounds: about 115 bytes for a link with a 60-byte target (two slots, record, code, target), twice that while a full
// load is under way; no other growth.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "edge/directory/visitor_salts.h"
#include "proto/base/crypto.h"
#include "proto/wire/dialect.h"
#include "proto/wire/ids.h"

namespace footfall::edge {

enum class LinkStatus : std::uint8_t { active = 0, paused = 1, archived = 2 };
enum class CampaignStatus : std::uint8_t { active = 0, paused = 1, archived = 2, draft = 3 };

// Views into the directory, valid while the worker is pinned.
struct LinkView {
  wire::LinkId id;
  wire::CampaignId campaign;
  wire::AffiliateId affiliate;  // none: redirects, credits nobody
  LinkStatus status = LinkStatus::active;
  bool is_capped = false;                // it has had all the human clicks that it may have
  std::uint64_t starts_s = 0;            // 0: at once
  std::uint64_t expires_s = 0;           // 0: never
  std::string_view code;                 // folded
  std::string_view target;               // empty: the campaign's
  std::string_view fallback;             // empty: the campaign's
  std::string_view targets;              // per device and country: proto/wire/link_targets.h, well formed
  std::string_view affiliate_public_id;  // only where a target names it
};
struct CampaignView {
  wire::CampaignId id;
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  wire::Dialect dialect = wire::Dialect::none;
  CampaignStatus status = CampaignStatus::active;
  std::uint64_t expires_s = 0;
  std::string_view target;
  std::string_view fallback;
  std::string_view click_parameter;  // empty: the dialect's
  std::string_view public_id;
  std::string_view deep_link_hosts;  // separated by spaces; empty: ?url= means nothing
};
struct KeyView {
  wire::KeyId id;
  wire::AccountId account;
  wire::Mode mode = wire::Mode::live;
  std::uint32_t clicks_per_minute = 0;
  std::string_view link_host;
  std::string_view origin_hosts;  // separated by spaces; empty: any
};
struct SecretsView {
  Key128 tag_key{};
  Key128 draw_key{};  // of visitors' places among a link's targets
  VisitorSalts salts;
};

class DirectoryReader {
 public:
  virtual ~DirectoryReader() = default;

  // `code` in any case; folded here. Nothing is allocated.
  virtual std::optional<LinkView> find_link(std::string_view host, std::string_view code) const = 0;
  virtual std::optional<CampaignView> find_campaign(wire::CampaignId id) const = 0;
  virtual std::optional<KeyView> find_key(const Digest256& hash) const = 0;
  virtual SecretsView secrets() const = 0;
  virtual bool loaded() const = 0;  // false until a snapshot or a full load has been applied

  // A worker calls unpin/pin around its wait for events: while unpinned it holds no view. `worker` < the number that
  // the directory was made for.
  virtual void pin(unsigned worker) const = 0;
  virtual void unpin(unsigned worker) const = 0;
};

}  // namespace footfall::edge
