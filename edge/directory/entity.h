// The entities as core publishes them: one struct for each kind, as plain views. The codec makes them from what core
// published; the store packs them. Views need to live only for the call that takes them.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "edge/directory/directory.h"

namespace footfall::edge {

struct LinkEntity {
  std::uint64_t id = 0;
  std::uint64_t version = 0;  // of the entity; an older one is never applied
  bool deleted = false;
  std::string_view host;  // lower case, without port
  std::string_view code;  // folded to lower case
  std::uint64_t campaign = 0;
  std::uint64_t affiliate = 0;
  LinkStatus status = LinkStatus::active;
  bool is_capped = false;
  std::uint64_t starts_s = 0;
  std::uint64_t expires_s = 0;
  std::string_view target;
  std::string_view fallback;
  std::string_view targets = {};
  std::string_view affiliate_public_id = {};
};

struct CampaignEntity {
  std::uint64_t id = 0;
  std::uint64_t version = 0;
  bool deleted = false;
  std::uint64_t account = 0;
  wire::Mode mode = wire::Mode::live;
  wire::Dialect dialect = wire::Dialect::none;
  CampaignStatus status = CampaignStatus::active;
  std::uint64_t expires_s = 0;
  std::string_view target;
  std::string_view fallback;
  std::string_view click_parameter;
  std::string_view public_id = {};
  std::string_view deep_link_hosts = {};
};

struct KeyEntity {
  std::uint64_t id = 0;
  std::uint64_t version = 0;
  bool deleted = false;
  Digest256 hash{};
  std::uint64_t account = 0;
  wire::Mode mode = wire::Mode::live;
  std::uint32_t clicks_per_minute = 0;
  std::string_view link_host;
  std::string_view origin_hosts = {};
};

struct SharedKeys {  // see SecretsView
  Key128 tag_key{};
  Key128 draw_key{};
};
struct SecretsEntity {
  std::uint64_t version = 0;
  SharedKeys keys;
};

using DirectoryEntity = std::variant<LinkEntity, CampaignEntity, KeyEntity, SecretsEntity>;

}  // namespace footfall::edge
